package dev.lancet.compression;

import dev.lancet.dsl.weights.HostTensor;
import java.util.List;
import java.util.Optional;

/**
 * A converted matrix.
 *
 * @param arrays its arrays in their new form
 * @param loss its error, or empty if it is a copy
 */
record ConvertedMatrix(List<HostTensor> arrays, Optional<Fidelity> loss) {}
