package dev.lancet.cli;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.LancetCommand;
import dev.lancet.runtime.device.CudaLibrary;
import dev.lancet.runtime.doctor.DoctorReport;
import dev.lancet.runtime.doctor.Gpu;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code lancet doctor}: checks that the machine has everything that Lancet needs. */
@Command(
        name = "doctor",
        description = {
            "Check that this machine has everything that Lancet needs, and say how to mend each problem.",
            "Prints versions, memory, devices, and the problems that it finds."
        },
        footer = {
            "",
            "Examples:",
            "  lancet doctor",
            "  lancet doctor --json",
            "  LANCET_GPU=1 lancet doctor   also lists which CUDA libraries are found and which are missing",
        })
final class DoctorCommand extends LancetCommand {

    DoctorCommand(Console console) {
        super(console);
    }

    @Override
    public Answer answer() {
        DoctorReport report = DoctorReport.examine(console.env());
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("lancet", Main.version());
        document.put("tensorflow", report.tensorflow());
        document.put("java", report.java());
        document.put("os", report.os());
        document.put("devices", report.devices());
        document.put("processors", report.processors());
        document.put("memory_bytes", report.memory());
        document.put("heap_bytes", report.heap());
        document.put("gpu_natives", report.gpuBuilt());
        document.put("cuda_found", names(report, CudaLibrary::found));
        document.put("cuda_missing", names(report, library -> !library.found()));
        document.put(
                "cuda_libraries",
                report.cuda().stream().map(DoctorCommand::document).toList());
        document.put("driver", report.driver().isEmpty() ? null : report.driver());
        document.put(
                "cards", report.cards().stream().map(DoctorCommand::document).toList());
        document.put("huge_pages", report.hugePages());
        document.put("problems", report.problems());
        document.put("hints", report.hints());
        return new Answer(document, text(report));
    }

    private static String text(DoctorReport report) {
        StringBuilder text = new StringBuilder();
        line(text, "lancet", Main.version());
        line(text, "tensorflow", report.tensorflow().isEmpty() ? "does not load" : report.tensorflow());
        line(text, "java", report.java());
        line(text, "system", report.os() + ", " + report.processors() + " processors");
        line(text, "memory", mb(report.memory()) + ", of which Java may take " + mb(report.heap()));
        report.devices()
                .forEach(device ->
                        line(text, "device", device.name() + (device.gpu() ? ", " + mb(device.bytes()) : "")));
        gpu(text, report);
        line(text, "huge pages", report.hugePages().isEmpty() ? "not known here" : report.hugePages());
        section(text, "problem", report.problems());
        section(text, "hint", report.hints());
        return text.append(report.problems().isEmpty() ? "no problems\n" : "").toString();
    }

    private static void gpu(StringBuilder text, DoctorReport report) {
        for (Gpu gpu : report.cards()) {
            line(text, "card", gpu.name() + ", compute capability " + gpu.computeCapability() + ", " + mb(gpu.bytes()));
        }
        if (!report.driver().isEmpty()) {
            line(text, "driver", report.driver());
        }
        if (!report.gpuBuilt()) {
            line(
                    text,
                    "gpu",
                    "built without; on Linux x86-64 with an NVIDIA card set LANCET_GPU=1 or build with -Pgpu");
            return;
        }
        line(text, "gpu", report.gpu() ? "registered" : "built in, but none is registered");
        for (CudaLibrary library : report.cuda()) {
            line(
                    text,
                    "library",
                    library.found()
                            ? library.name() + " found"
                                    + library.file().map(file -> ": " + file).orElse("")
                            : library.name() + " MISSING; " + library.from() + " provides it");
        }
    }

    private static List<String> names(DoctorReport report, Predicate<CudaLibrary> which) {
        return report.cuda().stream().filter(which).map(CudaLibrary::name).toList();
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

    private static Map<String, @Nullable Object> document(Gpu gpu) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("name", gpu.name());
        document.put("compute_capability", gpu.computeCapability());
        document.put("memory_bytes", gpu.bytes());
        document.put("driver", gpu.driver());
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
