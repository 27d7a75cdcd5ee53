package dev.lancet.surgery.layer;

/**
 * The tensor that a layer multiplies with its matrix.
 *
 * @param weight the name of the matrix
 * @param tensor the tensor, as {@code node:port}; its last axes are the inputs of the layer
 * @param width the number of inputs
 * @param transposed whether the layer computes {@code x · Wᵀ}, so that the inputs are the columns of W
 */
public record LayerInput(String weight, String tensor, int width, boolean transposed) {}
