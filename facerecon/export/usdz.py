"""Writes a head as USDZ: Apple's phones and tablets show it in the room; Omniverse, Houdini and Blender open it."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from facerecon.core.arkit import ARKIT_NAMES
from facerecon.core.errors import SettingsError
from facerecon.core.material import FILM
from facerecon.core.types import Mesh, Reconstruction
from facerecon.export.atomic import write_files
from facerecon.export.content import GREY, METRES, Content, content_of, moving, normal_deltas, surface_of, unit_normals
from facerecon.export.images import jpeg_bytes, png_bytes
from facerecon.export.rig import Rig, rig_of
from facerecon.geometry.seams import Part, split_parts

DATE = 1767225600
"the files' date in the package, seconds: 1 January 2026"

FRAME = 1
"the one time of the stage"


def write_usdz(source: Reconstruction | Mesh, path: Path | str, *, neutral_base: bool = False) -> None:
    """Writes a USDZ file, whole or not at all; see `usdz_bytes`."""
    write_files({Path(path): usdz_bytes(source, neutral_base=neutral_base)})


def usdz_bytes(source: Reconstruction | Mesh, *, neutral_base: bool = False) -> bytes:
    """Builds a USDZ file: metres, +y up, a mesh and a UsdPreviewSurface a part, a blend shape an ARKit expression.

    Blend shapes need a skeleton, so there is one: `Head`, with `LeftEye` and `RightEye` in the centres of the eyes.

    Args:
        source: a whole head, or a bare mesh.
        neutral_base: as for `glb_bytes`.

    Returns:
        The file.

    Raises:
        SettingsError: the library usd-core is not installed.
    """
    _library()
    content = content_of(source, neutral_base)
    with TemporaryDirectory() as folder:
        stage_file, package = str(Path(folder) / "head.usdc"), str(Path(folder) / "head.usdz")
        _Stage(content, Path(folder)).write(stage_file)
        from pxr import Sdf, UsdUtils

        # A fixed date, so that the same head gives the same file.
        for file in Path(folder).iterdir():
            os.utime(file, (DATE, DATE))
        if not UsdUtils.CreateNewUsdzPackage(Sdf.AssetPath(stage_file), package):
            raise OSError("The USDZ package could not be written.")
        return Path(package).read_bytes()


def _library() -> None:
    """Checks that OpenUSD is there: it is the one library that some systems have no wheel of."""
    try:
        import pxr.UsdSkel  # noqa: F401
    except ImportError as error:
        raise SettingsError("USDZ needs the library usd-core: pip install usd-core", "usd_missing") from error


class _Stage:
    """One stage being written; `pxr` is imported here alone, since it takes a while."""

    def __init__(self, content: Content, folder: Path):
        self.content, self.folder = content, folder
        self.parts = split_parts(content.mesh)
        self.rig: Rig = rig_of(content.mesh)
        self.names = ARKIT_NAMES[: len(content.morphs)]

    def write(self, file: str) -> None:
        from pxr import Kind, Usd, UsdGeom, UsdSkel

        self.stage = Usd.Stage.CreateNew(file)
        UsdGeom.SetStageUpAxis(self.stage, UsdGeom.Tokens.y)
        UsdGeom.SetStageMetersPerUnit(self.stage, 1.0)
        root = UsdSkel.Root.Define(self.stage, "/Head")
        Usd.ModelAPI(root.GetPrim()).SetKind(Kind.Tokens.component)
        root.GetPrim().SetCustomData(_plain(self.content.extras))
        self.stage.SetDefaultPrim(root.GetPrim())
        skeleton = self._skeleton()
        mesh = self.content.mesh
        normals = unit_normals(mesh.vertices, mesh.triangles)
        shapes = {name: self._mesh(name, part, normals, skeleton) for name, part in self.parts.items()}
        self._blend_shapes(shapes, normals)
        low, high = mesh.vertices.min(axis=0) * METRES, mesh.vertices.max(axis=0) * METRES
        root.CreateExtentAttr(_vectors(np.stack([low, high])))
        self.stage.Save()

    def _skeleton(self) -> Any:
        """Defines joints, and an animation that holds them and the blend shapes still."""
        from pxr import Gf, UsdSkel, Vt

        skeleton = UsdSkel.Skeleton.Define(self.stage, "/Head/Rig")
        joints = self.rig.joints
        paths = [j.name if j.parent is None else f"{joints[j.parent].name}/{j.name}" for j in joints]
        local = [(j.centre - (0 if j.parent is None else joints[j.parent].centre)) * METRES for j in joints]
        skeleton.CreateJointsAttr(paths)
        bind = [Gf.Matrix4d().SetTranslate(Gf.Vec3d(*(joint.centre * METRES).tolist())) for joint in joints]
        skeleton.CreateBindTransformsAttr(Vt.Matrix4dArray(bind))
        rest = [Gf.Matrix4d().SetTranslate(Gf.Vec3d(*place.tolist())) for place in local]
        skeleton.CreateRestTransformsAttr(Vt.Matrix4dArray(rest))
        animation = UsdSkel.Animation.Define(self.stage, "/Head/Rig/Animation")
        animation.CreateJointsAttr(paths)
        animation.CreateTranslationsAttr(_vectors(np.stack(local)))
        animation.CreateRotationsAttr(Vt.QuatfArray([Gf.Quatf(1, 0, 0, 0)] * len(joints)))
        animation.CreateScalesAttr(Vt.Vec3hArray([Gf.Vec3h(1, 1, 1)] * len(joints)))
        if self.names:
            animation.CreateBlendShapesAttr(self.names)
            weights = animation.CreateBlendShapeWeightsAttr(self.content.weights.tolist())
            if self.content.weights.any():
                # Blender heeds weights only at a time, and it stands at the first frame when it opens a file.
                weights.Set(Vt.FloatArray(self.content.weights.tolist()), FRAME)
                self.stage.SetStartTimeCode(FRAME)
                self.stage.SetEndTimeCode(FRAME)
        binding = UsdSkel.BindingAPI.Apply(skeleton.GetPrim())
        binding.CreateAnimationSourceRel().SetTargets([animation.GetPath()])
        return skeleton

    def _mesh(self, name: str, part: Part, normals: np.ndarray, skeleton: Any) -> Any:
        """Defines a part's mesh, bound to its material and to its joint."""
        from pxr import Gf, Sdf, UsdGeom, UsdShade, UsdSkel, Vt

        points = self.content.mesh.vertices[part.vertices] * METRES
        mesh = UsdGeom.Mesh.Define(self.stage, f"/Head/{name}")
        mesh.CreatePointsAttr(_vectors(points))
        mesh.CreateFaceVertexCountsAttr(Vt.IntArray.FromNumpy(np.full(len(part.triangles), 3, np.int32)))
        mesh.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(part.triangles.astype(np.int32).ravel()))
        mesh.CreateNormalsAttr(_vectors(normals[part.vertices]))
        mesh.SetNormalsInterpolation(UsdGeom.Tokens.vertex)
        mesh.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
        mesh.CreateDoubleSidedAttr(True)
        mesh.CreateExtentAttr(_vectors(np.stack([points.min(axis=0), points.max(axis=0)])))
        if part.uv is not None:
            kind = Sdf.ValueTypeNames.TexCoord2fArray
            uv = UsdGeom.PrimvarsAPI(mesh).CreatePrimvar("st", kind, UsdGeom.Tokens.vertex)
            upward = np.column_stack([part.uv[:, 0], 1 - part.uv[:, 1]]).astype(np.float32)
            uv.Set(Vt.Vec2fArray.FromNumpy(upward))
        UsdShade.MaterialBindingAPI.Apply(mesh.GetPrim()).Bind(self._material(name, part.uv is not None))
        binding = UsdSkel.BindingAPI.Apply(mesh.GetPrim())
        binding.CreateSkeletonRel().SetTargets([skeleton.GetPath()])
        binding.CreateGeomBindTransformAttr(Gf.Matrix4d(1))
        count = len(part.vertices)
        binding.CreateJointIndicesPrimvar(False, 1).Set(Vt.IntArray([self.rig.of_part[name]] * count))
        binding.CreateJointWeightsPrimvar(False, 1).Set(Vt.FloatArray([1.0] * count))
        return mesh

    def _blend_shapes(self, meshes: dict[str, Any], normals: np.ndarray) -> None:
        """Defines what each expression adds to each part that it moves."""
        from pxr import UsdSkel, Vt

        targets: dict[str, list[Any]] = {name: [] for name in meshes}
        for shape, morph in zip(self.names, self.content.morphs, strict=True):
            deltas = moving(morph)
            turned = normal_deltas(self.content.mesh, normals, deltas)
            for name, part in self.parts.items():
                offsets, bends = deltas[part.vertices] * METRES, turned[part.vertices]
                rows = np.flatnonzero(offsets.any(axis=1) | bends.any(axis=1))
                if not len(rows):
                    continue
                blend = UsdSkel.BlendShape.Define(self.stage, f"/Head/{name}/{shape}")
                blend.CreateOffsetsAttr(_vectors(offsets[rows]))
                blend.CreateNormalOffsetsAttr(_vectors(bends[rows]))
                blend.CreatePointIndicesAttr(Vt.IntArray.FromNumpy(rows.astype(np.int32)))
                targets[name].append(blend)
        for name, blends in targets.items():
            if blends:
                binding = UsdSkel.BindingAPI(meshes[name].GetPrim())
                binding.CreateBlendShapesAttr([blend.GetPrim().GetName() for blend in blends])
                binding.CreateBlendShapeTargetsRel().SetTargets([blend.GetPath() for blend in blends])

    def _material(self, name: str, has_uv: bool) -> Any:
        """Defines a part's surface."""
        from pxr import Gf, Sdf, UsdShade

        material = UsdShade.Material.Define(self.stage, f"/Head/Materials/{name}")
        path = material.GetPath()
        surface = UsdShade.Shader.Define(self.stage, path.AppendChild("Surface"))
        surface.CreateIdAttr("UsdPreviewSurface")
        told = surface_of(name, self.content.material)
        numbers = {"roughness": told.roughness, "metallic": 0.0, "ior": told.refraction}
        numbers |= {"clearcoat": told.clearcoat, "clearcoatRoughness": FILM} if told.clearcoat else {}
        for key, value in numbers.items():
            surface.CreateInput(key, Sdf.ValueTypeNames.Float).Set(value)
        colour = surface.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f)
        image = self.content.images.get(name)
        if has_uv and image is not None:
            colour.ConnectToSource(self._texture(path, name, image, "sRGB", (*told.colour, 1)))
            if self.content.normal_map is not None and name == self.content.mesh.part_names[0]:
                bumps = self._texture(
                    path, f"{name}_normal", self.content.normal_map, "raw", (2, 2, 2, 1), (-1, -1, -1, 0)
                )
                surface.CreateInput("normal", Sdf.ValueTypeNames.Normal3f).ConnectToSource(bumps)
        else:
            colour.Set(Gf.Vec3f(*GREY))
        material.CreateSurfaceOutput().ConnectToSource(surface.ConnectableAPI(), "surface")
        return material

    def _texture(
        self, material: Any, name: str, image: np.ndarray, colours: str, scale: tuple, bias: tuple = (0, 0, 0, 0)
    ) -> Any:
        """Writes a picture into the folder and defines who reads it, as scale · value + bias; gives its output."""
        from pxr import Gf, Sdf, UsdShade

        content, ending = (jpeg_bytes(image), "jpg") if len(image) > 512 else (png_bytes(image), "png")
        (self.folder / f"{name}.{ending}").write_bytes(content)
        coordinates = UsdShade.Shader.Define(self.stage, material.AppendChild("Coordinates"))
        coordinates.CreateIdAttr("UsdPrimvarReader_float2")
        coordinates.CreateInput("varname", Sdf.ValueTypeNames.String).Set("st")
        out = coordinates.CreateOutput("result", Sdf.ValueTypeNames.Float2)
        texture = UsdShade.Shader.Define(self.stage, material.AppendChild(f"{name}_picture"))
        texture.CreateIdAttr("UsdUVTexture")
        texture.CreateInput("file", Sdf.ValueTypeNames.Asset).Set(f"./{name}.{ending}")
        texture.CreateInput("st", Sdf.ValueTypeNames.Float2).ConnectToSource(out)
        texture.CreateInput("sourceColorSpace", Sdf.ValueTypeNames.Token).Set(colours)
        for direction in ("wrapS", "wrapT"):
            texture.CreateInput(direction, Sdf.ValueTypeNames.Token).Set("clamp")
        for key, value in (("scale", scale), ("bias", bias)):
            texture.CreateInput(key, Sdf.ValueTypeNames.Float4).Set(Gf.Vec4f(*value))
        return texture.CreateOutput("rgb", Sdf.ValueTypeNames.Float3)


def _vectors(values: np.ndarray) -> Any:
    """Makes USD's array of three floats each."""
    from pxr import Vt

    return Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(values, np.float32))


def _plain(extras: Any) -> dict[str, Any]:
    """Makes a dictionary that USD keeps, of what the file says of itself."""
    return {key: _plain(value) if isinstance(value, dict) else value for key, value in extras.items()}
