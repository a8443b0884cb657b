"""What every venue's wire protocol needs: HTTP and WebSocket transport, faults, rate windows, signatures."""
