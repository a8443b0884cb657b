"""What tests share: servers, and made-up but complete records."""
