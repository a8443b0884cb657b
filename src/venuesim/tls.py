"""A certificate for loopback, made at the start: for clients that insist on TLS."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

VALID = timedelta(days=30)


class Certificate:
    """A self-signed certificate for 127.0.0.1 and localhost, in a folder of its own until `close`.

    Clients trust it when they are given `path`, for instance in the environment variable SSL_CERT_FILE (Python's ssl)
    or REQUESTS_CA_BUNDLE (requests).
    """

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="venuesim-")
        self.path = Path(self._folder.name) / "certificate.pem"
        key_path = Path(self._folder.name) / "key.pem"
        certificate, key = _pair()
        self.path.write_bytes(certificate)
        key_path.touch(mode=0o600)
        key_path.write_bytes(key)
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(self.path, key_path)

    def close(self) -> None:
        """Remove the files."""
        self._folder.cleanup()


def _pair() -> tuple[bytes, bytes]:
    """Return a certificate and its private key in PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "venuesim on loopback")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + VALID)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    return (
        certificate.public_bytes(Encoding.PEM),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
