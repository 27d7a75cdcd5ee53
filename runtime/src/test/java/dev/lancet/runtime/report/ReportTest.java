package dev.lancet.runtime.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.runtime.report.page.Axis;
import dev.lancet.runtime.report.page.LogAxis;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {

    @TempDir
    Path folder;

    private final Weight up = new Weight("h.0.mlp.up", Role.UP, 0, 256, 1024);
    private final Weight down = new Weight("h.0.mlp.down", Role.DOWN, 0, 1024, 256);
    private final Plan plan = Plan.dense("tiny", List.of(up, down))
            .with(Step.factorise(up, 32, Precision.int8(), "on(up()).factorise(rank(32), int8())"));
    private final Report report = Report.titled("Tiny | dense & low rank")
            .with(model("dense", Plan.dense("tiny", List.of(up, down)), 3.25))
            .with(model("low <rank>", plan, 3.5))
            .with("low <rank>", plan, List.of(new Fidelity("h.0.mlp.up", 0.01, 0.5)))
            .with(new TrainingCurves("dense", points(5, 3, 2), points(4, 2.5), points(900, 11_000, 12_500)))
            .with(new TrainingCurves("low <rank>", points(5, 3.5, Double.NaN), List.of()))
            .with(new Report.Text("low <rank>", "The Committee", " said \"no\" & <b>left</b>."))
            .fact("seed", "42")
            .recipe("recipe(\"tiny\")\n.report(\"out\")");

    @Test
    void the_table_is_aligned() {
        assertThat(report.table()).isEqualTo("""
                        model        parameters     bytes   smaller   trains tok/s   writes tok/s     loss   perplexity
                        -----------------------------------------------------------------------------------------------
                        dense             524 k   2.10 MB     1.00×         12,346             99   1.2346        3.250
                        low <rank>        303 k   1.09 MB     1.92×         12,346             99   1.2346        3.500
                        """);
    }

    @Test
    void a_table_of_tasks_has_the_mean_and_the_spread_over_the_seeds() {
        Report answered = report.with(new ReportedTaskScores(
                        "dense",
                        OptionalLong.empty(),
                        OptionalDouble.empty(),
                        List.of(new ReportedTaskScores.Score("tfns", 0.66, List.of(0.5), List.of(0.25)))))
                .with(new ReportedTaskScores(
                        "low <rank>",
                        OptionalLong.of(4096),
                        OptionalDouble.of(12.4),
                        List.of(new ReportedTaskScores.Score("tfns", 0.66, List.of(0.7, 0.74, 0.72), List.of()))));

        assertThat(answered.table()).isEqualTo(report.table() + """

                        model                             trained parameters   training s    tfns: accuracy   macro-F1
                        ----------------------------------------------------------------------------------------------
                        always the most frequent answer                    –            –            0.6600          –
                        dense                                              –            –            0.5000     0.2500
                        low <rank>                                     4,096           12   0.7200 ± 0.0200          –
                        """);
        assertThat(answered.markdown()).contains("## Tasks").contains("| 0.7200 ± 0.0200 |");
        assertThat(answered.html()).contains("<h2>Tasks</h2>").contains("low &lt;rank&gt;</th>");
        JsonNode second =
                JsonMapper.shared().readTree(answered.json()).get("tasks").get(1);
        assertThat(second.get("trained_parameters").intValue()).isEqualTo(4096);
        assertThat(second.get("scores").get(0).get("accuracy").get(1).doubleValue())
                .isEqualTo(0.74);
    }

    @Test
    void markdown_is_golden() {
        assertThat(report.markdown().replace("  \n", "\n")).isEqualTo("""
                        # Tiny \\| dense \\& low rank

                        low \\<rank\\> takes 1.09 MB, 52.2 % of dense’s 2.10 MB, at a perplexity of 3.500 against 3.250.

                        | model | parameters | bytes | smaller | trains tok/s | writes tok/s | loss | perplexity |
                        |---|---:|---:|---:|---:|---:|---:|---:|
                        | dense | 524 k | 2.10 MB | 1.00× | 12,346 | 99 | 1.2346 | 3.250 |
                        | low \\<rank\\> | 303 k | 1.09 MB | 1.92× | 12,346 | 99 | 1.2346 | 3.500 |

                        ## Training

                        | model | steps | first loss | last loss | last validation loss |
                        |---|---:|---:|---:|---:|
                        | dense | 3 | 5.0000 | 2.0000 | 2.5000 |
                        | low \\<rank\\> | 3 | 5.0000 | NaN | – |

                        ## What they write

                        **low \\<rank\\>**

                        > The Committee said "no" \\& \\<b\\>left\\</b\\>.

                        ## Layer by layer

                        **low \\<rank\\>**

                        | matrix | shape | form | before | after | error | SQNR | because |
                        |---|---:|---|---:|---:|---:|---:|---|
                        | h.0.mlp.up | 256 × 1024 | rank 32 int8 | 1.05 MB | 45.2 kB | 1.00 % | 40.0 dB | on(up()).factorise(rank(32), int8()) |
                        | h.0.mlp.down | 1024 × 256 | kept | 1.05 MB | 1.05 MB | – | – | no rule selects it |

                        ## Facts

                        - seed: 42

                        ## Recipe

                            recipe("tiny")
                            .report("out")
                        """);
    }

    @Test
    void json_says_everything_and_null_where_nothing_was_measured() {
        JsonNode json = JsonMapper.shared().readTree(report.json());

        assertThat(json.at("/models/1/name").stringValue()).isEqualTo("low <rank>");
        assertThat(json.at("/models/1/bytes").longValue()).isEqualTo(plan.bytesAfter());
        assertThat(json.at("/models/1/compression").doubleValue()).isEqualTo(plan.compression());
        assertThat(json.at("/steps/0/rank").intValue()).isEqualTo(32);
        assertThat(json.at("/steps/0/error").doubleValue()).isEqualTo(0.01);
        assertThat(json.at("/steps/0/sqnr_db").doubleValue()).isEqualTo(40);
        assertThat(json.at("/steps/1/kept").booleanValue()).isTrue();
        assertThat(json.at("/steps/1/error").isNull()).isTrue();
        assertThat(json.at("/curves/1/training/2/1").isNull()).isTrue();
        assertThat(json.at("/facts/seed").stringValue()).isEqualTo("42");
    }

    @Test
    void the_page_escapes_text_and_needs_no_external_files() {
        String html = report.html();

        assertThat(html)
                .contains("<title>Tiny | dense &amp; low rank</title>")
                .contains("<b>The Committee</b> said &quot;no&quot; &amp; &lt;b&gt;left&lt;/b&gt;.")
                .contains("low &lt;rank&gt;")
                .doesNotContain("low <rank>", "<script", "http:", "https:", "src=", "url(", "NaN");
    }

    @Test
    void the_chart_is_well_formed() throws Exception {
        String html = report.html();
        String svg = html.substring(html.indexOf("<svg"), html.indexOf("</svg>") + 6);

        assertThat(DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new InputSource(new StringReader(svg)))
                        .getElementsByTagName("circle")
                        .getLength())
                .isEqualTo(2);
    }

    @Test
    void the_speed_has_a_chart_of_its_own() throws Exception {
        String html = report.html();
        int from = html.indexOf("<svg", html.indexOf("Thin: loss"));
        String svg = html.substring(from, html.indexOf("</svg>", from) + 6);
        assertThat(DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new InputSource(new StringReader(svg)))
                        .getElementsByTagName("polyline")
                        .getLength())
                .isEqualTo(2);
        // The middle one of three speeds, on an axis up to the next round number.
        assertThat(svg)
                .contains(">11k <tspan>dense</tspan>", ">15k<", ">tokens a second<")
                .doesNotContain("low");
        assertThat(report.json()).contains("12500");
    }

    @Test
    void models_are_compared_with_the_first_one() {
        Plan narrower = Plan.dense("narrower", List.of(up));

        assertThat(Report.titled("two shapes")
                        .with(ReportedModel.of("wide", Plan.dense("wide", List.of(up, down))))
                        .with(ReportedModel.of("narrow", narrower))
                        .table())
                .contains("1.00×", "2.00×")
                .doesNotContain("perplexity");
    }

    @Test
    void a_long_name_has_room_beside_its_line() {
        String name = "a candidate with quite a long name";
        String html = Report.titled("long")
                .with(ReportedModel.of(name, plan))
                .with(new TrainingCurves(name, points(3, 2, 1), List.of()))
                .html();
        String label = html.substring(html.indexOf("<text class=\"label"));
        double x = Double.parseDouble(label.replaceFirst("(?s).*? x=\"([0-9.]+)\".*", "$1"));

        assertThat(label).startsWith("<text class=\"label c0\"").contains("<tspan>" + name + "</tspan>");
        assertThat(x + 7 * (name.length() + 6)).isLessThan(860);
    }

    @Test
    void the_headline_gives_size_and_perplexity() {
        assertThat(Headline.of(report))
                .contains(
                        "low <rank> takes 1.09 MB, 52.2 % of dense’s 2.10 MB, at a perplexity of 3.500 against 3.250.");
    }

    @Test
    void marks_on_the_axes_are_round() {
        assertThat(Axis.over(0, 400).ticks()).containsExactly(0.0, 100.0, 200.0, 300.0, 400.0);
        assertThat(LogAxis.over(1.2, 6).ticks()).containsExactly(1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0);
        assertThat(LogAxis.label(1.5) + " " + LogAxis.label(2) + " " + LogAxis.label(10))
                .isEqualTo("1.5 2 10");
    }

    @Test
    void an_empty_report_is_still_a_page() {
        assertThat(Report.titled("Nothing").html()).contains("<h1>Nothing</h1>").doesNotContain("<table", "<svg");
    }

    @Test
    void writing_a_report_twice_gives_the_same_bytes() throws IOException {
        List<Path> files = report.write(folder.resolve("out"));
        String first = Files.readString(files.get(2));
        report.write(folder.resolve("out"));

        assertThat(files)
                .extracting(file -> file.getFileName().toString())
                .containsExactly("report.json", "report.md", "report.html");
        assertThat(Files.readString(files.get(2))).isEqualTo(first).isEqualTo(report.html());
        assertThat(folder.resolve("out"))
                .isDirectoryNotContaining(file -> file.toString().endsWith(".partial"));
    }

    @Test
    void a_folder_that_is_a_file_is_named() throws IOException {
        Path file = Files.createFile(folder.resolve("out"));

        assertThatThrownBy(() -> report.write(file))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith(file.resolve("report.json") + ": cannot be written: ");
    }

    private static ReportedModel model(String name, Plan plan, double perplexity) {
        return ReportedModel.of(name, plan)
                .measured(new ReportedModel.Measured(
                        OptionalDouble.of(12345.6),
                        OptionalDouble.of(99.4),
                        OptionalDouble.of(1.23456),
                        OptionalDouble.of(perplexity),
                        OptionalDouble.empty()));
    }

    private static List<CurvePoint> points(double... losses) {
        return IntStream.range(0, losses.length)
                .mapToObj(i -> new CurvePoint(i + 1, losses[i]))
                .toList();
    }
}
