"""What a file may ask for before anything is allocated for it."""

from typing import Any

from numpy.typing import NDArray

Pixels = NDArray[Any]

MOST_PIXELS = 64 * 2**20  # in one image or frame
MOST_VOXELS = 128 * 2**20  # in one volume: 512 MiB as float32
MOST_EXTENT = 4096  # voxels along one axis
MOST_FRAMES = 2**16
MOST_HEADER = 32 * 2**20  # bytes before the pixels of a DICOM file
MOST_ELEMENTS = 50_000  # at the top of a DICOM header
MOST_NESTING = 16  # sequences within sequences
