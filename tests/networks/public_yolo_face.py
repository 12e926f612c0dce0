"""The public YOLOv8-nano-face as its exporter writes it: an ONNX file with its layout and names, random numbers."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper


class PublicYoloFace:
    """Builds the graph node by node; `bytes()` is the file, with outputs `output0 (1, 20, A)` and the raw heads."""

    def __init__(self, side, seed=0):
        self.side, self.rng = side, np.random.default_rng(seed)
        self.nodes, self.arrays = [], []
        self.raw = [f"raw{index}" for index in range(9)]
        self.head(*self.body())

    def array(self, name, values):
        self.arrays.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def node(self, kind, inputs, name, **attributes):
        output = attributes.pop("output", f"{name}_output_0")
        self.nodes.append(helper.make_node(kind, inputs, [output], name=name, **attributes))
        return output

    def plain(self, x, path, channels, filters, size, stride=1, output=None):
        """A convolution; `path` is the module's, with `/` where the exporter writes one."""
        module = path.split("/")[-1] if "cv" in path.split("/")[-1] else path.replace("/", ".")
        module = f"model.22.{module}" if path.startswith("model.22/") else module
        kernel = self.rng.normal(0, (1.6 / (channels * size * size)) ** 0.5, (filters, channels, size, size))
        names = [
            self.array(f"{module}.weight", kernel.astype(np.float32)),
            self.array(f"{module}.bias", self.rng.normal(0, 0.3, filters).astype(np.float32)),
        ]
        extra = {"output": output} if output else {}
        name = f"/{path}/Conv"
        return self.node("Conv", [x, *names], name, pads=[size // 2] * 4, strides=[stride] * 2, **extra)

    def unit(self, x, path, channels, filters, size, stride=1):
        x = self.plain(x, f"{path}/conv", channels, filters, size, stride)
        return self.node("Mul", [x, self.node("Sigmoid", [x], f"/{path}/act/Sigmoid")], f"/{path}/act/Mul")

    def c2f(self, x, path, channels, filters, blocks=1, shortcut=False):
        half = filters // 2
        entered = self.unit(x, f"{path}/cv1", channels, filters, 1)
        parts = [f"/{path}/Split_output_{side}" for side in (0, 1)]
        sizes = self.array(f"{path}.split", np.array([half, half]))
        self.nodes.append(helper.make_node("Split", [entered, sizes], parts, name=f"/{path}/Split", axis=1))
        for block in range(blocks):
            inner = self.unit(parts[-1], f"{path}/m.{block}/cv1", half, half, 3)
            inner = self.unit(inner, f"{path}/m.{block}/cv2", half, half, 3)
            parts.append(self.node("Add", [parts[-1], inner], f"/{path}/m.{block}/Add") if shortcut else inner)
        joined = self.node("Concat", parts, f"/{path}/Concat", axis=1)
        return self.unit(joined, f"{path}/cv2", (2 + blocks) * half, filters, 1)

    def sppf(self, x, path, channels):
        parts = [self.unit(x, f"{path}/cv1", channels, channels // 2, 1)]
        for index in range(3):
            pool = f"/{path}/m_{index}/MaxPool"
            parts.append(self.node("MaxPool", parts[-1:], pool, kernel_shape=[5, 5], strides=[1, 1], pads=[2] * 4))
        return self.unit(
            self.node("Concat", parts, f"/{path}/Concat", axis=1), f"{path}/cv2", 2 * channels, channels, 1
        )

    def resize_and_join(self, x, other, number):
        scales = self.array(f"scales{number}", np.array([1, 1, 2, 2], np.float32))
        x = self.node("Resize", [x, "", scales], f"/model.{number}/Resize", mode="nearest",
                      coordinate_transformation_mode="asymmetric", nearest_mode="floor")  # fmt: skip
        return self.node("Concat", [x, other], f"/model.{number + 1}/Concat", axis=1)

    def body(self):
        x = self.unit("images", "model.0", 3, 16, 3, 2)
        x = self.c2f(self.unit(x, "model.1", 16, 32, 3, 2), "model.2", 32, 32, 1, True)
        p3 = self.c2f(self.unit(x, "model.3", 32, 64, 3, 2), "model.4", 64, 64, 2, True)
        p4 = self.c2f(self.unit(p3, "model.5", 64, 128, 3, 2), "model.6", 128, 128, 2, True)
        x = self.c2f(self.unit(p4, "model.7", 128, 256, 3, 2), "model.8", 256, 256, 1, True)
        p5 = self.sppf(x, "model.9", 256)
        u4 = self.c2f(self.resize_and_join(p5, p4, 10), "model.12", 384, 128)
        n3 = self.c2f(self.resize_and_join(u4, p3, 13), "model.15", 192, 64)
        x = self.node("Concat", [self.unit(n3, "model.16", 64, 64, 3, 2), u4], "/model.17/Concat", axis=1)
        n4 = self.c2f(x, "model.18", 192, 128)
        x = self.node("Concat", [self.unit(n4, "model.19", 128, 128, 3, 2), p5], "/model.20/Concat", axis=1)
        return n3, n4, self.c2f(x, "model.21", 384, 256)

    def branch(self, x, path, channels, width, outputs, raw):
        leaf = path.split("/")[-1]
        x = self.unit(self.unit(x, f"{path}/{leaf}.0", channels, width, 3), f"{path}/{leaf}.1", width, width, 3)
        return self.plain(x, f"{path}/{leaf}.2", width, outputs, 1, output=raw)

    def head(self, *levels):
        """Ends in (cx, cy, w, h, score, five times x, y, visibility), px, as the pose head does."""
        flat, grid, strides = {2: [], 3: [], 4: []}, [], []
        for level, (maps, channels) in enumerate(zip(levels, (64, 128, 256), strict=True)):
            for kind, width, outputs in ((4, 16, 15), (2, 64, 64), (3, 64, 1)):
                raw = self.raw[3 * level + {2: 0, 3: 1, 4: 2}[kind]]
                self.branch(maps, f"model.22/cv{kind}.{level}", channels, width, outputs, raw)
                shape = self.array(f"shape{level}{kind}", np.array([1, outputs, -1]))
                flat[kind].append(self.node("Reshape", [raw, shape], f"/model.22/Reshape{level}{kind}"))
            cells = self.side // (8 << level)
            y, x = np.mgrid[:cells, :cells] + 0.5
            grid.append(np.stack([x.ravel(), y.ravel()]))
            strides.append(np.full(cells * cells, 8 << level))
        join = {k: self.node("Concat", parts, f"/model.22/Concat{k}", axis=2) for k, parts in flat.items()}
        anchors = np.concatenate(grid, axis=1).astype(np.float32)
        step = np.concatenate(strides).astype(np.float32)
        boxes, points = self.boxes(join[2], anchors, step), self.points(join[4], anchors, step)
        score = self.node("Sigmoid", [join[3]], "/model.22/Sigmoid")
        self.node("Concat", [boxes, score, points], "/model.22/Concat", axis=1, output="output0")

    def boxes(self, x, anchors, step):
        x = self.node("Reshape", [x, self.array("dfl0", np.array([1, 4, 16, -1]))], "/model.22/dfl/Reshape")
        x = self.node("Transpose", [x], "/model.22/dfl/Transpose", perm=[0, 2, 1, 3])
        x = self.node("Softmax", [x], "/model.22/dfl/Softmax", axis=1)
        means = self.array("model.22.dfl.conv.weight", np.arange(16, dtype=np.float32).reshape(1, 16, 1, 1))
        x = self.node("Conv", [x, means], "/model.22/dfl/conv/Conv")
        x = self.node("Reshape", [x, self.array("dfl1", np.array([1, 4, -1]))], "/model.22/dfl/Reshape_1")
        self.nodes.append(
            helper.make_node("Split", [x, self.array("corners2", np.array([2, 2]))], ["lt", "rb"], axis=1)
        )
        near = self.node("Sub", [self.array("anchors", anchors[None]), "lt"], "/model.22/Sub")
        far = self.node("Add", ["anchors", "rb"], "/model.22/Add")
        total = self.node("Add", [near, far], "/model.22/Add_1")
        middle = self.node("Div", [total, self.array("two", np.float32(2))], "/model.22/Div")
        x = self.node(
            "Concat", [middle, self.node("Sub", [far, near], "/model.22/Sub_1")], "/model.22/Concat_b", axis=1
        )
        return self.node("Mul", [x, self.array("step", step[None])], "/model.22/Mul")

    def points(self, x, anchors, step):
        x = self.node("Reshape", [x, self.array("kpt0", np.array([1, 5, 3, -1]))], "/model.22/Reshape_k")
        self.nodes.append(helper.make_node("Split", [x, self.array("xyv", np.array([2, 1]))], ["xy", "v"], axis=2))
        x = self.node("Mul", ["xy", "two"], "/model.22/Mul_k")
        x = self.node("Add", [x, self.array("corners", anchors[None, None] - np.float32(0.5))], "/model.22/Add_k")
        x = self.node("Mul", [x, "step"], "/model.22/Mul_s")
        x = self.node("Concat", [x, self.node("Sigmoid", ["v"], "/model.22/Sigmoid_v")], "/model.22/Concat_k", axis=2)
        return self.node("Reshape", [x, self.array("kpt1", np.array([1, 15, -1]))], "/model.22/Reshape_o")

    def bytes(self):
        shape = [1, 3, self.side, self.side]
        given = helper.make_tensor_value_info("images", TensorProto.FLOAT, shape)
        wanted = [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in ("output0", *self.raw)]
        graph = helper.make_graph(self.nodes, "main_graph", [given], wanted, self.arrays)
        opset = helper.make_opsetid("", 17)
        return helper.make_model(graph, opset_imports=[opset], ir_version=8).SerializeToString()
