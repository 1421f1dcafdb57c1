"""Policy packs: what a decree can change, read and checked."""

from firmground.engine.policy.load import PackUnsound, check_pack, load_pack, pack_folder, shipped_packs

__all__ = ["PackUnsound", "check_pack", "load_pack", "pack_folder", "shipped_packs"]
