"""Makes pairs of clouds whose motion is known, and lets registrations of this package and of its peers find it."""
