"""Work that must not be lost: rows with claim, lease, heartbeat and reaper; the broker only rings."""
