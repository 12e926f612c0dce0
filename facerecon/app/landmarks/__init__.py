"""The parts of the Landmarks page: the points in the photo and in space, how firm they are, moving them, measures."""
