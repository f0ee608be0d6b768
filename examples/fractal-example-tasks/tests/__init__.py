"""Tests of the example task package; they need nothing but Python."""
