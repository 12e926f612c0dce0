import pickle

import numpy as np
import pytest
import torch
from torch import nn

from facerecon.core.errors import AssetError
from facerecon.networks.weights.checkpoint import fold_batch_norms, read_checkpoint


def test_prefix_and_state_dict(tmp_path):
    weight = torch.arange(6.0).reshape(2, 3)
    for content in ({"module.a.weight": weight}, {"state_dict": {"a.weight": weight}, "epoch": 3}):
        torch.save(content, tmp_path / "net.pth")
        read = read_checkpoint(tmp_path / "net.pth")
        assert list(read) == ["a.weight"] and (read["a.weight"] == weight.numpy()).all()


class Sneaky:
    def __reduce__(self):
        return (print, ("this must not run",))


@pytest.mark.parametrize("content", [b"nothing", b"", pickle.dumps(Sneaky(), protocol=2)])
def test_no_code_of_a_file_runs(tmp_path, capsys, content):
    (tmp_path / "net.pth").write_bytes(content)
    with pytest.raises(AssetError, match=r"net\.pth"):
        read_checkpoint(tmp_path / "net.pth")
    assert not capsys.readouterr().out


def test_other_content_is_refused(tmp_path):
    for content in ([1, 2], {"a": 3}):
        torch.save(content, tmp_path / "net.pth")
        with pytest.raises(AssetError):
            read_checkpoint(tmp_path / "net.pth")


@pytest.mark.parametrize("bias", [True, False])
def test_folding_changes_nothing(bias):
    generator = torch.Generator().manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(3, 8, 3, bias=bias), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 8, 1, groups=4), nn.BatchNorm2d(8)
    )
    for tensor in network.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.1)
    folded = fold_batch_norms({name: tensor.numpy() for name, tensor in network.state_dict().items()})
    assert list(folded) == ["0.weight", "0.bias", "3.weight", "3.bias"]
    plain = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Identity(), nn.ReLU(), nn.Conv2d(8, 8, 1, groups=4))
    plain.load_state_dict({name: torch.from_numpy(array) for name, array in folded.items()})
    pictures = torch.rand((2, 3, 9, 9), generator=generator)
    with torch.inference_mode():
        assert np.allclose(network.eval()(pictures), plain(pictures), rtol=1e-5, atol=1e-5)
