"""What joins the stages for scans: finding the head, fusing several, and photographing colours."""
