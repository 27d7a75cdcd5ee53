package dev.lancet.samples;

import com.sun.management.OperatingSystemMXBean;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.embed.TextEncoder;
import dev.lancet.runtime.langchain4j.LancetEmbeddingModel;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.spi.model.embedding.EmbeddingModelFactory;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Compares encoders as parts of a search over documents: bytes on disk, passages per second, processor time, and how often
 * the ten nearest passages of a question have one from the document that answers it. Beside the encoders that are named, it
 * measures each encoder that a jar of LangChain4j brings along.
 */
public final class CompareEncoders {

    private static final int NEAREST = 10;
    private static final int WARM_UP = 64;

    private final List<TextSegment> passages;
    private final List<CSVRecord> questions;
    private final PrintStream out;
    private final List<List<TextSegment>> first = new ArrayList<>();

    private CompareEncoders(List<TextSegment> passages, List<CSVRecord> questions, PrintStream out) {
        this.passages = passages;
        this.questions = questions;
        this.out = out;
    }

    /**
     * Run it with a folder of documents, a csv with the columns {@code question} and {@code document} (the name of the file that
     * answers it), and encoders; the first is what the others are compared with.
     */
    public static void main(String... arguments) throws IOException {
        List<Path> encoders = Stream.of(arguments).skip(2).map(Path::of).toList();
        tell(Path.of(arguments[0]), Path.of(arguments[1]), encoders, System.out);
    }

    /** Prints the table. */
    public static void tell(Path documents, Path questions, List<Path> encoders, PrintStream out) throws IOException {
        CompareEncoders comparison = new CompareEncoders(DocumentIndex.passages(documents), records(questions), out);
        comparison.header();
        for (Path encoder : encoders) {
            try (TextEncoder opened = TextEncoder.open(encoder, Optional.empty(), Device.auto())) {
                comparison.row(String.valueOf(encoder.getFileName()), bytes(encoder), new LancetEmbeddingModel(opened));
            }
        }
        for (EmbeddingModelFactory factory : ServiceLoader.load(EmbeddingModelFactory.class)) {
            Path jar = jar(factory.getClass());
            comparison.row(String.valueOf(jar.getFileName()), bytes(jar), factory.create());
        }
    }

    private static List<CSVRecord> records(Path questions) throws IOException {
        CSVFormat format = CSVFormat.DEFAULT
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get();
        try (CSVParser parser = CSVParser.parse(questions, StandardCharsets.UTF_8, format)) {
            return parser.getRecords();
        }
    }

    private void header() {
        out.printf(Locale.ROOT, "%,d passages, %,d questions%n%n", passages.size(), questions.size());
        out.println("| encoder | MB | passages/s | processor time | recall@10 | same ten |");
        out.println("|---|---:|---:|---:|---:|---:|");
    }

    private void row(String name, long bytes, EmbeddingModel model) {
        model.embedAll(passages.subList(0, Math.min(WARM_UP, passages.size())));
        double processor = processorSeconds();
        long begun = System.nanoTime();
        DocumentIndex index = new DocumentIndex(model, passages);
        double seconds = (System.nanoTime() - begun) / 1e9;
        processor = processorSeconds() - processor;
        int found = 0;
        double same = 0;
        for (int at = 0; at < questions.size(); at++) {
            List<TextSegment> nearest = index.nearest(questions.get(at).get("question"), NEAREST);
            String document = questions.get(at).get("document");
            if (nearest.stream().anyMatch(passage -> DocumentIndex.file(passage).equals(document))) {
                found++;
            }
            if (first.size() == at) {
                first.add(nearest);
            }
            same += shared(first.get(at), nearest);
        }
        out.printf(
                Locale.ROOT,
                "| %s | %.1f | %.0f | %.1f s | %.3f | %.3f |%n",
                name,
                bytes / 1e6,
                passages.size() / seconds,
                processor,
                (double) found / questions.size(),
                same / questions.size());
    }

    /** Which part of some passages is among others too. */
    private static double shared(List<TextSegment> wanted, List<TextSegment> others) {
        Set<TextSegment> both = new HashSet<>(wanted);
        int all = both.size();
        both.retainAll(new HashSet<>(others));
        return (double) both.size() / all;
    }

    /** What this process has used of all processors; it depends less than time on what else runs. */
    private static double processorSeconds() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getProcessCpuTime() / 1e9
                : Double.NaN;
    }

    private static Path jar(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException wrong) {
            throw new IllegalStateException(wrong);
        }
    }

    private static long bytes(Path fileOrFolder) throws IOException {
        try (Stream<Path> files = Files.walk(fileOrFolder)) {
            long bytes = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }
}
