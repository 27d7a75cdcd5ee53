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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Everything that decides what a training does, part by part, so that two that differ can say where.
 *
 * @param parts what each part is called for people, and its text
 */
public record Fingerprint(Map<String, String> parts) {

    private static final int SHOWN = 160;

    public Fingerprint {
        parts = Map.copyOf(parts);
    }

    /**
     * That of a declared model.
     *
     * @param range the steps that are done
     * @param text what tells the text from others
     * @param passes all that decides in which order numbers are added: the passes over the graph, and the device
     */
    public static Fingerprint of(
            Transformer transformer, Plan plan, Training training, StepRange range, String text, String passes) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("model", transformer.toString());
        parts.put("form", form(plan));
        parts.put("training", training.toString());
        parts.put("steps", range.toString());
        parts.put("text", text);
        parts.put("passes", passes);
        parts.put("lancet", Versions.lancet());
        parts.put("tensorflow", TensorFlowLibrary.version());
        return new Fingerprint(parts);
    }

    /**
     * That of the training of a graph that others wrote.
     *
     * @param graph what tells the graph and its loss from others
     * @param examples what tells the examples from others, those that are held out too
     * @param device where it computes, which decides in which order numbers are added
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

    /** All stored arrays, and what stands between factors and the strength of adapters, of which no array tells. */
    private static String form(Plan plan) {
        Stream<String> arrays = plan.arrays().stream().map(ArraySpec::toString);
        Stream<String> bent = plan.steps().stream().flatMap(step -> step.between().stream()
                .map(curve -> step.weight().name() + " " + curve));
        Stream<String> adapted = plan.steps().stream().flatMap(step -> step.adapter().stream()
                .map(adapter -> step.weight().name() + " " + adapter));
        return Stream.concat(arrays, Stream.concat(bent, adapted)).collect(Collectors.joining(" "));
    }

    /**
     * Makes sure that something was made under this fingerprint.
     *
     * @param found the parts that it was made under, among others
     * @param file where they were found
     * @throws LancetException naming all parts that differ
     */
    public void require(Map<String, String> found, Path file) {
        List<String> differences = new ArrayList<>();
        parts.keySet().stream().sorted().forEach(part -> {
            String there = found.getOrDefault(part, "nothing");
            String here = parts.getOrDefault(part, "");
            if (!there.equals(here)) {
                differences.add(part + " " + shown(there, here) + " there, " + shown(here, there) + " here");
            }
        });
        if (!differences.isEmpty()) {
            throw new LancetException("resume: " + file + " is of another training: " + String.join("; ", differences)
                    + "; resume with what it was started with, or start anew");
        }
    }

    /** What two texts do not begin with both, cut where it is long. */
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
