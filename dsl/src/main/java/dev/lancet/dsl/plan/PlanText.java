package dev.lancet.dsl.plan;

import dev.lancet.dsl.PrintableText;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Writes a plan as text. */
final class PlanText {

    private final Plan plan;

    PlanText(Plan plan) {
        this.plan = plan;
    }

    /** One line for equal matrices, then the totals. */
    @Override
    public String toString() {
        return table(EqualRows.of(
                plan.steps(),
                step -> step.weight().name(),
                step -> step.weight().shape() + columns(step)));
    }

    /** One line for each matrix, then the totals. */
    String everyMatrix() {
        return table(plan.steps().stream()
                .map(step -> new EqualRows<>(step.weight().name(), step, 1))
                .toList());
    }

    private String table(List<EqualRows<Step>> rows) {
        int name = width(rows, EqualRows::name);
        int shape = width(rows, row -> row.first().weight().shape().toString());
        int form = width(rows, row -> form(row.first()));
        boolean grouped = rows.size() < plan.steps().size();
        StringBuilder text = new StringBuilder("plan for ")
                .append(PrintableText.line(plan.model()))
                .append('\n');
        for (EqualRows<Step> row : rows) {
            Step step = row.first();
            text.append(String.format(
                            Locale.ROOT,
                            "  %-" + name + "s  %-" + shape + "s  %-" + form + "s  %,13d -> %,13d bytes%s%s  %s",
                            PrintableText.line(row.name()),
                            step.weight().shape(),
                            form(step),
                            step.weight().bytes(),
                            step.bytes(),
                            grouped ? (row.count() > 1 ? " each" : "     ") : "",
                            error(step, "  "),
                            PrintableText.line(step.because())))
                    .append('\n');
        }
        plan.whole()
                .ifPresent(some ->
                        text.append("trained whole: ").append(names(some)).append('\n'));
        return text.append(totals()).toString();
    }

    private static String columns(Step step) {
        return form(step) + step.bytes() + error(step, " ") + step.because();
    }

    String canonical() {
        StringBuilder text = new StringBuilder("# lancet plan text 1\nmodel = ")
                .append(PrintableText.line(plan.model()))
                .append('\n');
        for (Step step : plan.steps()) {
            text.append(String.format(
                            Locale.ROOT,
                            "%s = %s %s, %,d -> %,d bytes%s: %s",
                            PrintableText.line(step.weight().name()),
                            step.weight().shape(),
                            form(step),
                            step.weight().bytes(),
                            step.bytes(),
                            error(step, ", "),
                            PrintableText.line(step.because())))
                    .append('\n');
        }
        plan.vectors().forEach(vector -> text.append(vector.name())
                .append(" = ")
                .append(vector.shape())
                .append('\n'));
        plan.whole()
                .ifPresent(some -> text.append("trained = ").append(names(some)).append('\n'));
        return text.append(String.format(
                        Locale.ROOT,
                        """
                        total.changed = %d of %d matrices
                        total.parameters = %,d -> %,d
                        total.bytes = %,d -> %,d, %.2fx smaller
                        total.memory = %,d bytes
                        """,
                        plan.changed().size(),
                        plan.steps().size(),
                        plan.parametersBefore(),
                        plan.parametersAfter(),
                        plan.bytesBefore(),
                        plan.bytesAfter(),
                        plan.compression(),
                        plan.memory()))
                .toString();
    }

    private static String names(FullyTrainedWeights whole) {
        return String.join(", ", whole.names());
    }

    private static String error(Step step, String before) {
        return step.predictedError().isPresent()
                ? String.format(
                        Locale.ROOT,
                        "%serror %.4f",
                        before,
                        step.predictedError().getAsDouble())
                : "";
    }

    private String totals() {
        return String.format(
                Locale.ROOT,
                """
                %d of %d matrices changed, %d vectors stay float32
                %,d -> %,d parameters, %,d -> %,d bytes, %.2fx smaller
                %,d bytes in memory: the stored arrays, and the largest quantised layer while it is unpacked
                """,
                plan.changed().size(),
                plan.steps().size(),
                plan.vectors().size(),
                plan.parametersBefore(),
                plan.parametersAfter(),
                plan.bytesBefore(),
                plan.bytesAfter(),
                plan.compression(),
                plan.memory());
    }

    private static String form(Step step) {
        String rank = step.rank().isPresent() ? "rank " + step.rank().getAsInt() + " " : "";
        rank += step.between().map(curve -> curve + " ").orElse("");
        rank += step.initialisation().map(how -> how + " ").orElse("");
        String beside = step.correction().map(some -> " + " + some).orElse("")
                + step.adapter().map(some -> " + " + some).orElse("");
        return step.keeps() ? "keep" : rank + step.precision() + beside;
    }

    private static int width(List<EqualRows<Step>> rows, Function<EqualRows<Step>, String> column) {
        return Math.max(
                1, rows.stream().map(column).mapToInt(String::length).max().orElse(1));
    }
}
