"""Example task package for Fractal: from TIFF files to a table of nuclei, with the standard library only."""
