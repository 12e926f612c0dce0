"""Run by Blender's Python (`bpy`): imports a file and prints as JSON what a user of Blender would find."""

import json
import sys

import bpy
import numpy as np

IMPORTERS = {
    "glb": bpy.ops.import_scene.gltf,
    "usdz": bpy.ops.wm.usd_import,
    "obj": bpy.ops.wm.obj_import,
    "ply": bpy.ops.wm.ply_import,
    "stl": bpy.ops.wm.stl_import,
}


def magenta(item):
    """Places where the picture, looked up as Blender does, is magenta: mean, m, and how many corners."""
    found = []
    shape, layer = item.data, item.data.uv_layers.active
    if layer is None:
        return found
    for slot, material in enumerate(shape.materials):
        images = [node.image for node in material.node_tree.nodes if node.type == "TEX_IMAGE"] if material else []
        if not images:
            continue
        image = images[0]
        width, height = image.size
        pixels = np.array(image.pixels[:]).reshape(height, width, 4)  # Blender's rows run upward, as its v does
        for polygon in shape.polygons:
            if polygon.material_index != slot:
                continue
            for loop in polygon.loop_indices:
                u, v = layer.data[loop].uv
                red, green, blue = pixels[min(int(v * height), height - 1), min(int(u * width), width - 1), :3]
                if red > 0.85 and blue > 0.85 and green < 0.2:
                    found.append(tuple(item.matrix_world @ shape.vertices[shape.loops[loop].vertex_index].co))
    return found


def facts(path):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    IMPORTERS[path.rsplit(".", 1)[1]](filepath=path)
    bpy.context.scene.frame_set(bpy.context.scene.frame_current)
    meshes = [item for item in bpy.data.objects if item.type == "MESH" and item.name != "Icosphere"]  # a bone's sign
    points = np.array([tuple(item.matrix_world @ vertex.co) for item in meshes for vertex in item.data.vertices])
    marked = [place for item in meshes for place in magenta(item)]
    keys = {}
    for item in meshes:
        blocks = item.data.shape_keys.key_blocks if item.data.shape_keys else []
        keys |= {block.name: block.value for block in blocks if block.name != "Basis"}
    bones = {
        bone.name: tuple(item.matrix_world @ bone.head_local)
        for item in bpy.data.objects
        if item.type == "ARMATURE"
        for bone in item.data.bones
    }
    return {
        "low": points.min(axis=0).tolist(),
        "high": points.max(axis=0).tolist(),
        "objects": sorted(item.name for item in meshes),
        "materials": sorted({m.name for item in meshes for m in item.data.materials if m}),
        "keys": keys,
        "bones": bones,
        "marked": np.mean(marked, axis=0).tolist() if marked else None,
        "colours": [attribute.name for item in meshes for attribute in item.data.color_attributes],
    }


sys.stdout.write("FACTS " + json.dumps({path: facts(path) for path in sys.argv[1:]}) + "\n")
