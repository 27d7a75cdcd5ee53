package dev.lancet.surgery.layer;

/**
 * The tensor that a layer gives: the product of its input and its matrix.
 *
 * @param weight the name of the matrix
 * @param tensor the tensor, as {@code node:port}; its last axes are the outputs of the layer
 * @param width the number of outputs
 */
public record LayerOutput(String weight, String tensor, int width) {}
