package dev.lancet.runtime.train.state;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.checkpoint.Versions;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.natives.TensorFlowLibrary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Everything that decides the result of a training, part by part, so that a message can say where two trainings differ.
 *
 * @param parts the name of each part, for people, and its text
 */
public record Fingerprint(Map<String, String> parts) {

    private static final int SHOWN = 160;
    private static final String WORKERS = "workers";
    private static final String PASSES = "passes";
    private static final String ONE = "1";

    public Fingerprint {
        parts = Map.copyOf(parts);
    }

    /**
     * The fingerprint of a declared model's training.
     *
     * @param range the steps that run
     * @param text identifies the text
     * @param passes everything that decides the order of floating-point sums: the passes over the graph, and the
     *     device
     */
    public static Fingerprint of(
            Transformer transformer, Plan plan, Training training, StepRange range, String text, String passes) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("model", transformer.toString());
        parts.put("form", form(plan));
        parts.put("training", training.toString());
        parts.put("steps", range.toString());
        parts.put("text", text);
        parts.put(PASSES, passes);
        parts.put("lancet", Versions.lancet());
        parts.put("tensorflow", TensorFlowLibrary.version());
        return new Fingerprint(parts);
    }

    /**
     * The fingerprint of an imported graph's training.
     *
     * @param graph identifies the graph and its loss
     * @param examples identifies the examples, including the held-out ones
     * @param device the device, which decides the order of floating-point sums
     */
    public static Fingerprint ofGraph(
            String graph, Plan plan, Training training, String examples, ResolvedDevice device) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("model", graph);
        parts.put("form", form(plan));
        parts.put("training", training.toString());
        parts.put("examples", examples);
        parts.put("device", device.isGpu() ? "a GPU" : "the processor");
        parts.put("lancet", Versions.lancet());
        parts.put("tensorflow", TensorFlowLibrary.version());
        return new Fingerprint(parts);
    }

    /**
     * All stored arrays, and what they do not show: the nonlinearities between factors, the adapters' settings, and which
     * weights are trained whole.
     */
    private static String form(Plan plan) {
        Stream<String> arrays = plan.arrays().stream().map(ArraySpec::toString);
        Stream<String> nonlinear = plan.steps().stream().flatMap(step -> step.between().stream()
                .map(curve -> step.weight().name() + " " + curve));
        Stream<String> adapted = plan.steps().stream().flatMap(step -> step.adapter().stream()
                .map(adapter -> step.weight().name() + " " + adapter));
        Stream<String> whole = plan.whole().stream().map(some -> "trained " + some.names());
        return Stream.of(arrays, nonlinear, adapted, whole)
                .flatMap(parts -> parts)
                .collect(Collectors.joining(" "));
    }

    /** The same training by this number of workers. */
    public Fingerprint of(int workers) {
        Map<String, String> more = new LinkedHashMap<>(parts);
        more.put(WORKERS, String.valueOf(workers));
        return new Fingerprint(more);
    }

    /**
     * Checks that an existing state has this fingerprint. Another number of workers adds up the same gradients in another
     * order, so it may go on; then the passes, which decide that order, may differ too.
     *
     * @param found the parts of its fingerprint, among others
     * @param file the file that contains them
     * @throws LancetException naming all parts that differ
     */
    public void require(Map<String, String> found, Path file) {
        List<String> differences = new ArrayList<>();
        boolean sameWorkers = found.getOrDefault(WORKERS, ONE).equals(parts.getOrDefault(WORKERS, ONE));
        Set<String> free = sameWorkers ? Set.of(WORKERS) : Set.of(WORKERS, PASSES);
        parts.keySet().stream().filter(part -> !free.contains(part)).sorted().forEach(part -> {
            String there = found.getOrDefault(part, "nothing");
            String here = parts.getOrDefault(part, "");
            if (!there.equals(here)) {
                differences.add(part + " " + shown(there, here) + " there, " + shown(here, there) + " here");
            }
        });
        if (!differences.isEmpty()) {
            throw new LancetException("resume: " + file + " belongs to another training: "
                    + String.join("; ", differences) + "; resume with the original settings, or start a new training");
        }
    }

    /** The part of a text after the common prefix with another, shortened if it is long. */
    private static String shown(String text, String other) {
        int same = 0;
        while (same < Math.min(text.length(), other.length()) && text.charAt(same) == other.charAt(same)) {
            same++;
        }
        int from = text.length() <= SHOWN ? 0 : Math.max(0, same - SHOWN / 4);
        int to = Math.min(text.length(), from + SHOWN);
        String line = text.substring(from, to).replaceAll("\\s+", " ");
        return "'" + (from > 0 ? "..." : "") + line + (to < text.length() ? "..." : "") + "'";
    }
}
