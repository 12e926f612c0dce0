"""PyTorch modules, one architecture a file, and the devices they run on."""
