"""How the bundled wound segmentation model was made. Not imported by the product."""
