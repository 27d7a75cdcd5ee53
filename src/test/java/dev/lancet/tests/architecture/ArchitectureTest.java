package dev.lancet.tests.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.lancet.runtime.natives.TensorFlowLibrary;
import java.util.Set;
import org.tensorflow.EagerSession;
import org.tensorflow.Graph;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Server;
import org.tensorflow.TensorFlow;
import org.tensorflow.internal.c_api.global.tensorflow;

/** Who may use whom. */
@AnalyzeClasses(packages = "dev.lancet", importOptions = MainClasses.class)
class ArchitectureTest {

    private static final String[] DSL = {"dev.lancet", "dev.lancet.dsl.."};
    private static final String[] IO = {"dev.lancet.io.."};
    private static final String[] SCRIPT = {"dev.lancet.script.."};
    private static final String[] SURGERY = {"dev.lancet.surgery.."};
    private static final String[] ASSERTJ = {"dev.lancet.assertj.."};
    private static final String[] COMPRESSION = {"dev.lancet.compression.."};
    private static final String[] TEXT = {
        "dev.lancet.runtime.text..",
        "dev.lancet.runtime.generate..",
        "dev.lancet.runtime.evaluate..",
        "dev.lancet.runtime.language..",
        "dev.lancet.runtime.task.."
    };
    private static final String[] CHECKPOINT = {"dev.lancet.runtime.checkpoint..", "dev.lancet.runtime.json.."};
    private static final String[] ONNX = {"dev.lancet.runtime.onnx.."};
    private static final String[] TRANSLATION = {"dev.lancet.runtime.translation.."};
    private static final String[] GGUF = {"dev.lancet.runtime.gguf.."};
    private static final String[] BENCH = {"dev.lancet.runtime.bench.."};
    private static final String[] RUNTIME = {"dev.lancet.runtime.."};
    private static final String[] CLI = {"dev.lancet.cli.."};
    private static final String[] MAVEN = {"dev.lancet.maven.."};
    private static final String[] SAMPLES = {"dev.lancet.samples.."};

    private static final DescribedPredicate<JavaClass> TENSORFLOW =
            resideInAnyPackage("org.tensorflow..").as("org.tensorflow");

    private static final DescribedPredicate<JavaClass> MORE_OF_TENSORFLOW_THAN_ITS_PROTOS = TENSORFLOW
            .and(DescribedPredicate.not(resideInAnyPackage("org.tensorflow.proto..")))
            .as("more of TensorFlow than its protos");

    @ArchTest
    static final ArchRule the_dsl_depends_on_nothing_but_java = classes()
            .that()
            .resideInAnyPackage(DSL)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("java..", "org.jspecify.annotations..", "dev.lancet")
                    .or(resideInAnyPackage("dev.lancet.dsl..")));

    @ArchTest
    static final ArchRule io_knows_the_dsl_alone =
            noClasses().that().resideInAnyPackage(IO).should().dependOnClassesThat(lancetOutside(DSL, IO));

    @ArchTest
    static final ArchRule text_knows_the_dsl_and_io_alone =
            noClasses().that().resideInAnyPackage(TEXT).should().dependOnClassesThat(lancetOutside(DSL, IO, TEXT));

    @ArchTest
    static final ArchRule checkpoints_know_the_dsl_and_io_alone = noClasses()
            .that()
            .resideInAnyPackage(CHECKPOINT)
            .should()
            .dependOnClassesThat(lancetOutside(DSL, IO, CHECKPOINT));

    @ArchTest
    static final ArchRule onnx_knows_texts_checkpoints_and_compression = noClasses()
            .that()
            .resideInAnyPackage(ONNX)
            .should()
            .dependOnClassesThat(lancetOutside(DSL, IO, TEXT, CHECKPOINT, COMPRESSION, ONNX));

    @ArchTest
    static final ArchRule translations_know_graphs_and_onnx = noClasses()
            .that()
            .resideInAnyPackage(TRANSLATION)
            .should()
            .dependOnClassesThat(lancetOutside(DSL, IO, CHECKPOINT, SURGERY, ONNX, TRANSLATION));

    @ArchTest
    static final ArchRule gguf_knows_texts_checkpoints_and_compression = noClasses()
            .that()
            .resideInAnyPackage(GGUF)
            .should()
            .dependOnClassesThat(lancetOutside(DSL, IO, TEXT, CHECKPOINT, COMPRESSION, GGUF));

    @ArchTest
    static final ArchRule only_the_command_line_knows_the_benchmarks = noClasses()
            .that()
            .resideOutsideOfPackages(union(BENCH, CLI, new String[] {"dev.lancet.tests.."}))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(BENCH);

    @ArchTest
    static final ArchRule scripts_know_the_dsl_alone =
            noClasses().that().resideInAnyPackage(SCRIPT).should().dependOnClassesThat(lancetOutside(DSL, SCRIPT));

    @ArchTest
    static final ArchRule surgery_knows_the_dsl_and_io_and_never_compression = noClasses()
            .that()
            .resideInAnyPackage(SURGERY)
            .should()
            .dependOnClassesThat(lancetOutside(DSL, IO, SURGERY));

    @ArchTest
    static final ArchRule compression_knows_the_dsl_alone_and_never_surgery = noClasses()
            .that()
            .resideInAnyPackage(COMPRESSION)
            .should()
            .dependOnClassesThat(lancetOutside(DSL, COMPRESSION));

    @ArchTest
    static final ArchRule the_assertions_know_the_dsl_and_surgery = noClasses()
            .that()
            .resideInAnyPackage(ASSERTJ)
            .should()
            .dependOnClassesThat(lancetOutside(DSL, IO, SURGERY, ASSERTJ));

    @ArchTest
    static final ArchRule the_runtime_knows_no_room_above_it = noClasses()
            .that()
            .resideInAnyPackage(RUNTIME)
            .should()
            .dependOnClassesThat(lancetOutside(DSL, IO, SURGERY, COMPRESSION, RUNTIME));

    @ArchTest
    static final ArchRule the_maven_plugin_has_no_road_to_models_but_the_command_line = noClasses()
            .that()
            .resideInAnyPackage(MAVEN)
            .should()
            .dependOnClassesThat(lancetOutside(IO, ASSERTJ, CLI, MAVEN));

    @ArchTest
    static final ArchRule tensorflow_stays_out_of_what_only_declares_reads_and_computes = noClasses()
            .that()
            .resideInAnyPackage(union(DSL, IO, SCRIPT, COMPRESSION, TEXT, CHECKPOINT, ONNX, GGUF))
            .should()
            .dependOnClassesThat(TENSORFLOW);

    @ArchTest
    static final ArchRule surgery_and_its_assertions_see_only_the_protos_of_tensorflow = noClasses()
            .that()
            .resideInAnyPackage(union(SURGERY, ASSERTJ))
            .should()
            .dependOnClassesThat(MORE_OF_TENSORFLOW_THAN_ITS_PROTOS);

    @ArchTest
    static final ArchRule what_begins_with_tensorflow_loads_it_with_its_log_limited = classes()
            .that(beginWithTensorFlow())
            .and()
            .doNotBelongToAnyOf(TensorFlowLibrary.class)
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(TensorFlowLibrary.class);

    @ArchTest
    static final ArchRule every_class_lives_in_a_known_room = classes()
            .that()
            .resideInAPackage("dev.lancet..")
            .should()
            .resideInAnyPackage(union(DSL, IO, SCRIPT, SURGERY, ASSERTJ, COMPRESSION, RUNTIME, CLI, MAVEN, SAMPLES));

    @ArchTest
    static final ArchRule packages_do_not_turn_in_circles =
            slices().matching("dev.(**)").should().beFreeOfCycles();

    /** A session needs a graph, and a tensor is of use in a session only, so both come later. */
    private static DescribedPredicate<JavaClass> beginWithTensorFlow() {
        Set<Class<?>> entrances =
                Set.of(TensorFlow.class, SavedModelBundle.class, EagerSession.class, Server.class, tensorflow.class);
        return DescribedPredicate.describe(
                "begin with TensorFlow",
                type -> type.getConstructorCallsFromSelf().stream()
                                .anyMatch(call -> call.getTargetOwner().isEquivalentTo(Graph.class))
                        || type.getMethodCallsFromSelf().stream()
                                .anyMatch(call -> entrances.stream().anyMatch(call.getTargetOwner()::isEquivalentTo)));
    }

    private static DescribedPredicate<JavaClass> lancetOutside(String[]... rooms) {
        return resideInAnyPackage("dev.lancet..")
                .and(DescribedPredicate.not(resideInAnyPackage(union(rooms))))
                .as("a room of Lancet outside %s", String.join(", ", union(rooms)));
    }

    private static String[] union(String[]... rooms) {
        return java.util.Arrays.stream(rooms).flatMap(java.util.Arrays::stream).toArray(String[]::new);
    }
}
