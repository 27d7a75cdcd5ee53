package dev.lancet.runtime.report.compression;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StorageOption;
import dev.lancet.runtime.budget.MeasuredLayer;
import dev.lancet.runtime.compress.CalibratedCompression.Outcome;
import dev.lancet.runtime.report.page.NumberFormats;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * A matrix that a compression changed.
 *
 * @param step its form as it is written
 * @param loss its error
 * @param bytesBefore its bytes before
 * @param measured what its forms cost, if a budget chose among them
 */
record ChangedLayer(Step step, Fidelity loss, long bytesBefore, Optional<MeasuredLayer> measured) {

    static ChangedLayer of(CompressionReport report, Fidelity loss) {
        List<MeasuredLayer> known = report.outcome().map(Outcome::measured).orElse(List.of());
        return new ChangedLayer(
                report.plan().step(loss.weight()),
                loss,
                report.before().step(loss.weight()).bytes(),
                known.stream()
                        .filter(layer -> layer.weight().equals(loss.weight()))
                        .findFirst());
    }

    String name() {
        return step.weight().name();
    }

    long bytes() {
        return step.bytes();
    }

    /** The error of the layer's output if it is known, otherwise that of the matrix. */
    double error() {
        return loss.outputError().orElse(loss.relativeFrobenius());
    }

    /** How the matrix is stored. */
    String form() {
        if (step.keeps()) {
            return loss.spectrum()
                    .map(cut -> "float32, multiplied out from rank " + cut.rank())
                    .orElse("float32");
        }
        return QualityWords.form(NumberFormats.form(step));
    }

    /** How factors and codes were computed; empty if it is not known. */
    String methods() {
        return loss.methods().stream()
                .map(method -> method.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    OptionalDouble sensitivity() {
        return measured.stream().mapToDouble(MeasuredLayer::sensitivity).findFirst();
    }

    /** The loss that the search for a budget predicted for the chosen form. */
    OptionalDouble predictedLoss() {
        return measured.stream()
                .flatMap(layer -> layer.forms().stream())
                .filter(form -> form.step().matrices().equals(step.matrices()))
                .mapToDouble(StorageOption::loss)
                .findFirst();
    }
}
