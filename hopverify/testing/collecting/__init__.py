"""What the pytest plugin does once there is a spec: collecting, verifying, telling."""
