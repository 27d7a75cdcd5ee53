package dev.lancet.cli;

import dev.lancet.runtime.device.CudaLibrary;
import dev.lancet.runtime.doctor.Card;
import dev.lancet.runtime.doctor.Health;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code lancet doctor}: is everything here that is needed? */
@Command(
        name = "doctor",
        description = "Look whether everything is here that Lancet needs, and say what to do where it is not.",
        footer = {
            "",
            "Examples:",
            "  lancet doctor",
            "  lancet doctor --json",
            "  LANCET_GPU=1 lancet doctor   which CUDA libraries are found, which are missing",
        })
final class DoctorCommand extends LancetCommand {

    DoctorCommand(Console console) {
        super(console);
    }

    @Override
    Answer answer() {
        Health health = Health.examine(console.env());
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("lancet", Main.version());
        document.put("tensorflow", health.tensorflow());
        document.put("java", health.java());
        document.put("os", health.os());
        document.put("devices", health.devices());
        document.put("processors", health.processors());
        document.put("memory_bytes", health.memory());
        document.put("heap_bytes", health.heap());
        document.put("gpu_natives", health.gpuBuilt());
        document.put("cuda_found", names(health, CudaLibrary::found));
        document.put("cuda_missing", names(health, library -> !library.found()));
        document.put(
                "cuda_libraries",
                health.cuda().stream().map(DoctorCommand::document).toList());
        document.put("driver", health.driver().isEmpty() ? null : health.driver());
        document.put(
                "cards", health.cards().stream().map(DoctorCommand::document).toList());
        document.put("huge_pages", health.hugePages());
        document.put("problems", health.problems());
        document.put("hints", health.hints());
        return new Answer(document, text(health));
    }

    private static String text(Health health) {
        StringBuilder text = new StringBuilder();
        line(text, "lancet", Main.version());
        line(text, "tensorflow", health.tensorflow().isEmpty() ? "does not load" : health.tensorflow());
        line(text, "java", health.java());
        line(text, "system", health.os() + ", " + health.processors() + " processors");
        line(text, "memory", mb(health.memory()) + ", of which Java may take " + mb(health.heap()));
        health.devices()
                .forEach(device ->
                        line(text, "device", device.name() + (device.gpu() ? ", " + mb(device.bytes()) : "")));
        gpu(text, health);
        line(text, "huge pages", health.hugePages().isEmpty() ? "not known here" : health.hugePages());
        section(text, "problem", health.problems());
        section(text, "hint", health.hints());
        return text.append(health.problems().isEmpty() ? "no problems\n" : "").toString();
    }

    private static void gpu(StringBuilder text, Health health) {
        for (Card card : health.cards()) {
            line(
                    text,
                    "card",
                    card.name() + ", compute capability " + card.computeCapability() + ", " + mb(card.bytes()));
        }
        if (!health.driver().isEmpty()) {
            line(text, "driver", health.driver());
        }
        if (!health.gpuBuilt()) {
            line(
                    text,
                    "gpu",
                    "built without; on Linux x86-64 with an NVIDIA card set LANCET_GPU=1 or build with -Pgpu");
            return;
        }
        line(text, "gpu", health.gpu() ? "registered" : "built in, but none is registered");
        for (CudaLibrary library : health.cuda()) {
            line(
                    text,
                    "library",
                    library.found()
                            ? library.name() + " found"
                                    + library.file().map(file -> ": " + file).orElse("")
                            : library.name() + " MISSING, it is in " + library.from());
        }
    }

    private static List<String> names(Health health, Predicate<CudaLibrary> which) {
        return health.cuda().stream().filter(which).map(CudaLibrary::name).toList();
    }

    private static Map<String, @Nullable Object> document(CudaLibrary library) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("name", library.name());
        document.put("found", library.found());
        document.put("file", library.file().orElse(null));
        document.put("trouble", library.trouble().orElse(null));
        document.put("package", library.from());
        return document;
    }

    private static Map<String, @Nullable Object> document(Card card) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("name", card.name());
        document.put("compute_capability", card.computeCapability());
        document.put("memory_bytes", card.bytes());
        document.put("driver", card.driver());
        return document;
    }

    private static void section(StringBuilder text, String what, List<String> entries) {
        entries.forEach(entry -> line(text, what, entry));
    }

    private static void line(StringBuilder text, String what, String value) {
        text.append(String.format(Locale.ROOT, "%-11s %s%n", what, value));
    }

    private static String mb(long bytes) {
        return String.format(Locale.ROOT, "%,d MB", bytes >> 20);
    }
}
