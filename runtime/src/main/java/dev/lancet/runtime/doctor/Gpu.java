package dev.lancet.runtime.doctor;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * An NVIDIA GPU as its driver reports it, whether TensorFlow registers it or not.
 *
 * @param name the name, such as {@code NVIDIA H200}
 * @param computeCapability the capability, such as {@code 9.0}
 * @param bytes its memory
 * @param driver version of the driver
 */
public record Gpu(String name, String computeCapability, long bytes, String driver) {

    private static final Path VERSION = Path.of("/proc/driver/nvidia/version");
    private static final List<String> QUESTION = List.of(
            "nvidia-smi", "--query-gpu=name,compute_cap,memory.total,driver_version", "--format=csv,noheader,nounits");

    /** The GPUs that {@code nvidia-smi} reports; empty if the program does not exist. */
    static List<Gpu> all() {
        try {
            Process process = new ProcessBuilder(QUESTION)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (BufferedReader lines = process.inputReader();
                    Stream<String> text = lines.lines()) {
                return text.map(Gpu::read).flatMap(List::stream).toList();
            }
        } catch (IOException e) {
            // The program does not exist: no GPUs are known.
            return List.of();
        }
    }

    /** Parses one line of the output; empty if the line is an error message. */
    static List<Gpu> read(String line) {
        String[] fields = line.split(",\\s*", -1);
        return fields.length == 4 && fields[2].matches("\\d+")
                ? List.of(new Gpu(fields[0], fields[1], Long.parseLong(fields[2]) << 20, fields[3]))
                : List.of();
    }

    /** The version of the driver that the system runs, empty if there is none. */
    static String driverHere() {
        try {
            return Files.isReadable(VERSION) ? driverIn(Files.readString(VERSION)) : "";
        } catch (IOException e) {
            return "";
        }
    }

    /** The version in {@code NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar 5 ...}. */
    static String driverIn(String text) {
        return Stream.of(text.split("\\s+", -1))
                .filter(word -> word.matches("\\d+(\\.\\d+)+"))
                .findFirst()
                .orElse("");
    }
}
