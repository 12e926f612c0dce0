"""Errors that a visitor may meet; each says what happened and carries the text key of an advice."""


class FaceReconError(Exception):
    """Base of every error that this package raises on purpose.

    Args:
        message: one sentence in English that says what happened.
        advice: key under `advice.` in `app/texts/*.toml` that says what to do about it.
        values: what fills the placeholders of the translated sentences.
    """

    advice = "unknown"
    exit_status = 2

    def __init__(self, message: str, advice: str | None = None, **values: object):
        super().__init__(message)
        self.advice = advice or type(self).advice
        self.values = values


class PhotoError(FaceReconError):
    """A file cannot be read as a photo."""

    advice = "photo_unreadable"


class ScanError(FaceReconError):
    """A file cannot be read as a scan or as depth, or does not show one head."""

    advice = "scan_unreadable"


class AssetError(FaceReconError):
    """A weight or data file is missing, damaged or cannot be fetched."""

    advice = "asset_missing"
    exit_status = 4


class NoFaceError(FaceReconError):
    """A reconstruction was asked for, but no face was found."""

    advice = "no_face"
    exit_status = 3


class CloudError(FaceReconError):
    """A point cloud cannot be registered: too few points, no shape, other units, or nothing near the other cloud."""

    advice = "cloud_unusable"


class SettingsError(FaceReconError):
    """A choice or a number that was asked for does not exist or does not fit."""

    advice = "wrong_setting"


class SystemLibraryError(FaceReconError):
    """A library of the operating system is missing; the message names the package to install."""

    advice = "system_library"
    exit_status = 4
