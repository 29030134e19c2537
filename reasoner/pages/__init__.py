"""What people read: pages and letters, made from typed data."""
