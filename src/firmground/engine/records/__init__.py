"""The lake: records of departments come in once, whole or not at all, and stay as they were delivered."""

from firmground.engine.records.checking.data_check import DataCheck, ProblemCount, check_data
from firmground.engine.records.compacting import CompactReport, compact
from firmground.engine.records.deliveries import deliveries, due
from firmground.engine.records.guessing.guess import guess
from firmground.engine.records.guessing.proposing import Proposal
from firmground.engine.records.importing import import_file
from firmground.engine.records.report import Derivation, ImportReport, Withdrawal
from firmground.engine.records.retrying import retry
from firmground.engine.records.store.damage import LakeDamaged, check_sums, whole_files
from firmground.engine.records.store.file_names import parquet_sql, pattern_of
from firmground.engine.records.store.lake import Lake, LakeSettings
from firmground.engine.records.store.manifest import DataFile, DeliveryEntry, Manifest
from firmground.engine.records.undoing import UndoReport, undo

__all__ = [
    "CompactReport",
    "DataCheck",
    "DataFile",
    "DeliveryEntry",
    "Derivation",
    "ImportReport",
    "Lake",
    "LakeDamaged",
    "LakeSettings",
    "Manifest",
    "ProblemCount",
    "Proposal",
    "UndoReport",
    "Withdrawal",
    "check_data",
    "check_sums",
    "compact",
    "deliveries",
    "due",
    "guess",
    "import_file",
    "parquet_sql",
    "pattern_of",
    "retry",
    "undo",
    "whole_files",
]
