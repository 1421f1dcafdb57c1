"""The report of a scan: one HTML file with charts and the list of warnings, which opens without a network."""

from firmground.interfaces.report.content import Content, Subject, gather
from firmground.interfaces.report.origin import Delivered
from firmground.interfaces.report.page import render, write_page

__all__ = ["Content", "Delivered", "Subject", "gather", "render", "write_page"]
