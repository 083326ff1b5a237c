"""The memory of a CUDA device, as torch tells it."""

from __future__ import annotations


class GpuMemory:
    """A `Meter` of this process's memory on one device, such as `cuda`."""

    def __init__(self, device: str) -> None:
        self._device = device

    def free(self) -> int:
        """Of the device, with what torch keeps for later given back."""
        import torch

        torch.cuda.empty_cache()
        return int(torch.cuda.mem_get_info(self._device)[0])

    def held(self) -> int:
        import torch

        return int(torch.cuda.memory_allocated(self._device))

    def restart(self) -> None:
        import torch

        torch.cuda.reset_peak_memory_stats(self._device)

    def peak(self) -> int:
        import torch

        return int(torch.cuda.max_memory_allocated(self._device))
