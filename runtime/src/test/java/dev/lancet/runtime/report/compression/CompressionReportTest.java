package dev.lancet.runtime.report.compression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.compression.Fidelity;
import dev.lancet.compression.TruncatedSpectrum;
import dev.lancet.dsl.CompressionMethod;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StorageOption;
import dev.lancet.runtime.budget.BudgetSearch;
import dev.lancet.runtime.budget.MeasuredLayer;
import dev.lancet.runtime.budget.QualityCurve;
import dev.lancet.runtime.calibration.LanguageQuality;
import dev.lancet.runtime.calibration.OutputQuality;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.compress.CalibratedCompression.Outcome;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CompressionReportTest {

    private static final String REASON = "a rule | keeps <it>";

    @TempDir
    Path folder;

    private final Weight up = new Weight("h.0.mlp.<up>|", Role.UP, 0, 256, 1024);
    private final Weight down = new Weight("h.0.mlp.down", Role.DOWN, 0, 1024, 256);
    private final Weight query = new Weight("h.0.attn.q", Role.QUERY, 0, 256, 256);
    private final Weight key = new Weight("h.0.attn.k", Role.KEY, 0, 256, 256);
    private final Plan before = Plan.dense("tiny", List.of(up, down, query, key));
    private final Plan plan = before.with(Step.factorise(up, 32, Precision.int8(), "because of the budget"))
            .with(Step.quantize(down, Precision.int4(64), "because of the budget"))
            .with(Step.keep(query, REASON))
            .with(Step.keep(key, REASON));
    private final CommandFacts command = new CommandFacts(
            "tiny<model>", "", "lancet compress 'tiny model' --rank 32", Map.of("input", "SHA-256 ab"));

    @Test
    void the_verdict_and_the_numbers_stand_first() {
        String html = calibrated(24.63).html();

        assertThat(html)
                .contains("<h1>tiny&lt;model&gt;, compressed</h1>\n<p class=\"lead\">3.66 times smaller;"
                        + " perplexity 24.50 → 24.63 (+0.5 %) on 32 held-out rows.</p>")
                .contains("<b>24.63</b><small>before: 24.50, +0.5 %</small>")
                .contains("<b>0.0123 nats</b><small>same next token: 98.0 %</small>")
                .contains("lancet compress &#39;tiny model&#39; --rank 32", "SHA-256 ab")
                .doesNotContain("class=\"danger\"", "<script", "http:", "https:", "src=", "url(", "NaN");
    }

    @Test
    void without_calibration_the_quality_is_unknown_and_a_destroyed_model_is_named() {
        CompressionReport report = uncalibrated(0.9);

        assertThat(report.verdict()).isEqualTo("3.66 times smaller; quality unknown: no calibration data was given");
        assertThat(report.html())
                .contains("<p class=\"danger\">1 of 4 matrices lost more than 20 % of their norm to a lower rank;"
                        + " the model is probably destroyed: give <code>--calibrate</code>");
        assertThat(uncalibrated(0.05).html()).doesNotContain("class=\"danger\"");
    }

    @Test
    void a_measured_quality_far_from_the_original_is_a_warning() {
        assertThat(calibrated(180).damage()).hasValueSatisfying(line -> assertThat(line)
                .startsWith("The model is probably destroyed: perplexity 24.50 → 180.00 (+635 %)"));
        assertThat(DamageWarning.of(outputs(0.5))).isPresent();
        assertThat(DamageWarning.of(outputs(0.99))).isEmpty();
    }

    @Test
    void a_column_without_cells_is_left_out() {
        String plain = uncalibrated(0.3).html();
        String full = calibrated(24.63).html();

        assertThat(heads(full))
                .contains("error of the output", "sensitivity", "predicted loss", "method", "KL, nats")
                .doesNotContain("predicted error", "mean cosine");
        assertThat(heads(plain))
                .contains("error of the matrix", "SQNR")
                .doesNotContain("error of the output", "sensitivity", "predicted loss", "method", "KL, nats");
        for (String page : List.of(plain, full)) {
            assertNoColumnIsEmpty(page);
        }
        assertThat(uncalibrated(0.3).markdown().lines().filter(line -> line.contains("| layer |")))
                .containsExactly("| layer | shape | form | before | after | error of the matrix | SQNR | seconds |");
    }

    private static List<String> heads(String html) {
        return found("<th scope=\"col\"[^>]*>([^<]*)</th>", html);
    }

    private static void assertNoColumnIsEmpty(String html) {
        for (String table : found("(?s)<tbody>(.*?)</tbody>", html)) {
            List<List<String>> rows = found("<tr[^>]*>(.*?)</tr>", table).stream()
                    .map(row -> found("<t[hd][^>]*>(.*?)</t[hd]>", row))
                    .toList();
            for (int column = 0; column < rows.get(0).size(); column++) {
                int at = column;
                assertThat(rows)
                        .as(table)
                        .anyMatch(row -> !row.get(at).isBlank() && !row.get(at).equals("–"));
            }
        }
    }

    private static List<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult one) -> one.group(1))
                .toList();
    }

    @Test
    void names_from_files_are_escaped() {
        CompressionReport report = calibrated(24.63);

        assertThat(report.html()).contains("h.0.mlp.&lt;up&gt;|").doesNotContain("<up>", "<model>", "<it>");
        assertThat(report.markdown())
                .contains("# tiny\\<model\\>, compressed", "| h.0.mlp.\\<up\\>\\| |", "a rule \\| keeps \\<it\\>");
        assertThat(report.markdown()
                        .lines()
                        .filter(line -> line.startsWith("| h.0.mlp"))
                        .map(line -> line.replace("\\|", "")
                                .chars()
                                .filter(c -> c == '|')
                                .count()))
                .containsExactly(13L, 13L);
    }

    @Test
    void every_reason_to_keep_stands_once_with_its_layers() {
        String html = calibrated(24.63).html();

        assertThat(found("(a rule \\| keeps &lt;it&gt; <span>2 layers, 524 kB</span>)", html))
                .hasSize(1);
        assertThat(html).containsOnlyOnce("keeps &lt;it&gt;").contains("<li>h.0.attn.q (256 × 256)</li>");
        assertThat(calibrated(24.63).markdown()).containsOnlyOnce("keeps \\<it\\>");
    }

    @Test
    void ninety_percent_looks_nothing_like_less_than_one() {
        assertThat(ErrorScale.style(0.9)).isEqualTo("e4");
        assertThat(ErrorScale.style(0.007)).isEqualTo("e0");
        assertThat(ErrorScale.style(Double.NaN)).isEqualTo("e4");
        assertThat(ErrorScale.place(0.9)).isBetween(98.0, 99.0);
        assertThat(ErrorScale.place(0.007)).isBetween(28.0, 29.0);
        String html = uncalibrated(0.9).html();
        assertThat(html.indexOf("<span class=\"e4\">90.0 %</span>"))
                .isPositive()
                .isLessThan(html.indexOf("<span class=\"e0\">0.70 %</span>"));
    }

    @Test
    void layers_that_differ_only_in_their_place_are_one_line() {
        List<Weight> weights = IntStream.range(0, 20)
                .mapToObj(i -> new Weight("h." + i + ".attn.q", Role.QUERY, i, 64, 64))
                .toList();
        Plan dense = Plan.dense("deep", weights);
        Plan small = dense;
        List<Fidelity> losses = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            small = small.with(Step.quantize(weights.get(i), Precision.int8(), "all"));
            // One of them is far worse than the others.
            losses.add(new Fidelity(weights.get(i).name(), i == 7 ? 0.5 : 0.01 + i * 1e-4, 0.1));
        }
        List<ChangedLayer> changed = new CompressionReport(dense, small, losses, Optional.empty(), command).changed();

        assertThat(LayerGroup.of(changed))
                .extracting(group -> group.name() + " " + group.layers().size())
                .containsExactly("h.7.attn.q 1", "h.*.attn.q 19");
        assertThat(LayerGroup.of(changed.subList(0, 5))).hasSize(5);
    }

    @Test
    void the_json_has_every_key_of_the_contract() {
        JsonNode json = JsonMapper.shared().readTree(calibrated(24.63).json());

        assertThat(json.get("bytes_before").longValue()).isEqualTo(before.bytesBefore());
        assertThat(json.get("bytes_after").longValue()).isEqualTo(plan.bytesAfter());
        assertThat(json.get("compression").doubleValue()).isEqualTo(plan.compression());
        assertThat(json.at("/steps/0/method").stringValue()).isEqualTo("whitened, gptq");
        assertThat(json.at("/steps/0/rank").intValue()).isEqualTo(32);
        assertThat(json.at("/steps/0/bits").intValue()).isEqualTo(8);
        assertThat(json.at("/steps/0/group").isNull()).isTrue();
        assertThat(json.at("/steps/0/error").doubleValue()).isEqualTo(0.3);
        assertThat(json.at("/steps/0/output_error").doubleValue()).isEqualTo(0.1);
        assertThat(json.at("/steps/0/sqnr_db").doubleValue()).isBetween(10.4, 10.5);
        assertThat(json.at("/steps/0/seconds").doubleValue()).isEqualTo(0.5);
        assertThat(json.at("/steps/0/because").stringValue()).isEqualTo("because of the budget");
        assertThat(json.at("/steps/0/sensitivity").doubleValue()).isEqualTo(2);
        assertThat(json.at("/steps/0/predicted_loss").doubleValue()).isEqualTo(0.02);
        assertThat(json.at("/steps/1/sensitivity").isMissingNode()).isTrue();
        assertThat(json.at("/kept/1/name").stringValue()).isEqualTo("h.0.attn.k");
        assertThat(json.at("/kept/1/because").stringValue()).isEqualTo(REASON);
        assertThat(json.at("/quality/measured").booleanValue()).isTrue();
        assertThat(json.at("/quality/perplexity").doubleValue()).isEqualTo(24.63);
        assertThat(json.at("/quality/perplexity_before").doubleValue()).isEqualTo(24.5);
        assertThat(json.at("/quality/kl").doubleValue()).isEqualTo(0.0123);
        assertThat(json.at("/quality/recovery").doubleValue()).isEqualTo(24.5 / 24.63);
        assertThat(json.at("/quality/warning").stringValue()).isEqualTo("too few rows");
        assertThat(json.at("/points/0/best").booleanValue()).isTrue();
        assertThat(json.at("/points/1/setting").stringValue()).isEqualTo("uniform int8");
        assertThat(json.at("/spectra/0/whitened/kept").doubleValue()).isEqualTo(0.99);
        assertThat(json.at("/spectra/0/plain/values/1/1").doubleValue()).isEqualTo(0.25);
        assertThat(json.get("command").stringValue()).isEqualTo(command.command());
        JsonNode unmeasured = JsonMapper.shared().readTree(uncalibrated(0.9).json());
        assertThat(unmeasured.at("/quality/measured").booleanValue()).isFalse();
        assertThat(unmeasured.at("/quality/warning").stringValue()).contains("probably destroyed");
        assertThat(unmeasured.at("/steps/0/output_error").isNull()).isTrue();
        assertThat(JsonMapper.shared().valueToTree(calibrated(24.63).document()).has("spectra"))
                .isFalse();
    }

    @Test
    void a_graph_is_judged_by_the_cosines_of_its_outputs() {
        CompressionReport report =
                new CompressionReport(before, plan, losses(0.1, true), Optional.of(outcome(outputs(0.998))), command);
        JsonNode quality = JsonMapper.shared().readTree(report.json()).get("quality");

        assertThat(report.verdict())
                .isEqualTo("3.66 times smaller; cosine of the outputs 0.99800 on average, 0.90000 at least on 16"
                        + " held-out rows");
        assertThat(report.html()).contains("<b>0.99800</b><small>least: 0.90000</small>", "<b>4.20 %</b>");
        assertThat(quality.get("cosine_mean").doubleValue()).isEqualTo(0.998);
        assertThat(quality.get("cosine_min").doubleValue()).isEqualTo(0.9);
    }

    @Test
    void charts_are_well_formed_and_show_the_cut() throws Exception {
        String html = calibrated(24.63).html();
        List<String> charts = found("(?s)(<svg.*?</svg>)", html);

        for (String chart : charts) {
            DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(chart)));
        }
        assertThat(charts).hasSize(3);
        assertThat(charts)
                .anyMatch(chart -> chart.contains(">rank 32</text>")
                        && chart.contains("class=\"mean plain\"")
                        && chart.contains("class=\"mean whitened\""));
        assertThat(html).contains("keeps 91.0 % of the matrix, 99.0 % of the output");
    }

    @Test
    void a_choice_has_its_curve_as_a_picture_too() throws Exception {
        BudgetSearch.Tried chosen = new BudgetSearch.Tried("chosen", plan, language(24.63, 0.01));
        BudgetSearch.Tried uniform = new BudgetSearch.Tried("uniform <int8>", before, language(24.7, 0.02));
        QualityCurve curve = new QualityCurve(
                List.of(
                        new QualityCurve.Point("2x", chosen, true),
                        new QualityCurve.Point("2x", uniform, false),
                        new QualityCurve.Point("3x", uniform, true)),
                List.of("budget: 90x allows <nothing>"));
        ChoiceReport report = new ChoiceReport(before, curve, command);
        List<Path> files = report.write(folder.resolve("curve"));

        assertThat(files)
                .extracting(file -> file.getFileName().toString())
                .containsExactly("report.json", "report.md", "report.html", "curve.svg");
        assertThat(DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(files.get(3).toFile())
                        .getElementsByTagName("circle")
                        .getLength())
                .isEqualTo(2);
        assertThat(report.html())
                .contains("&lt;int8&gt;", "allows &lt;nothing&gt;")
                .containsOnlyOnce("<th scope=\"row\">uniform");
        assertThat(Files.readString(files.get(1)))
                .contains("![Quality against bytes](curve.svg)")
                .contains("| chosen | 717 kB | 3.66× | 24.63 | +0.5 % | 0.0100 | 2x |");
        JsonNode json = JsonMapper.shared().readTree(Files.readString(files.get(0)));
        assertThat(json.at("/points/2/size").stringValue()).isEqualTo("3x");
        assertThat(json.at("/points/2/best").booleanValue()).isTrue();
        assertThat(json.get("bytes_before").longValue()).isEqualTo(before.bytesBefore());
    }

    @Test
    void the_same_results_give_the_same_files() throws IOException {
        List<Path> files = calibrated(24.63).write(folder.resolve("out"));
        List<String> first = new ArrayList<>();
        for (Path file : files) {
            first.add(Files.readString(file));
        }

        assertThat(first)
                .containsExactly(
                        calibrated(24.63).json(),
                        calibrated(24.63).markdown(),
                        calibrated(24.63).html());
    }

    private CompressionReport calibrated(double perplexity) {
        return new CompressionReport(
                before, plan, losses(0.3, true), Optional.of(outcome(language(perplexity, 0.0123))), command);
    }

    private CompressionReport uncalibrated(double error) {
        return new CompressionReport(before, plan, losses(error, false), Optional.empty(), command);
    }

    private Outcome outcome(Quality quality) {
        return new Outcome(
                plan,
                losses(0.3, true),
                quality,
                List.of(
                        new BudgetSearch.Tried("chosen", plan, quality),
                        new BudgetSearch.Tried("uniform int8", before, quality)),
                List.of(new MeasuredLayer(up.name(), 2, List.of(new StorageOption(plan.step(up.name()), 0.02)))),
                Optional.empty(),
                Optional.of("too few rows"));
    }

    private List<Fidelity> losses(double error, boolean calibrated) {
        Optional<TruncatedSpectrum> spectrum = Optional.of(new TruncatedSpectrum(
                32,
                256,
                Optional.of(curve(0.91, 1, 0.25, 0.01)),
                calibrated ? Optional.of(curve(0.99, 1, 0.1, 0)) : Optional.empty()));
        OptionalDouble output = calibrated ? OptionalDouble.of(0.1) : OptionalDouble.empty();
        List<CompressionMethod> methods =
                calibrated ? List.of(CompressionMethod.WHITENED, CompressionMethod.GPTQ) : List.of();
        return List.of(
                new Fidelity(up.name(), error, output, methods, 0.5, spectrum),
                new Fidelity(
                        down.name(),
                        0.007,
                        calibrated ? OptionalDouble.of(0.002) : output,
                        List.of(),
                        0.25,
                        Optional.empty()));
    }

    private static TruncatedSpectrum.Curve curve(double kept, double... shares) {
        int[] places = {1, 32, 256};
        return new TruncatedSpectrum.Curve(
                IntStream.range(0, places.length)
                        .mapToObj(i -> new TruncatedSpectrum.Value(places[i], shares[i]))
                        .toList(),
                kept);
    }

    private static Quality language(double perplexity, double kl) {
        return new Quality(32, Optional.of(new LanguageQuality(24.5, perplexity, kl, 0.98)), Map.of());
    }

    private static Quality outputs(double cosine) {
        return new Quality(16, Optional.empty(), Map.of("y", new OutputQuality(cosine, Math.min(cosine, 0.9), 0.042)));
    }
}
