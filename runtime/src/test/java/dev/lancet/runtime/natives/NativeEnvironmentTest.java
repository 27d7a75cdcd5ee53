package dev.lancet.runtime.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NativeEnvironmentTest {

    @BeforeEach
    void load() {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "the environment is changed on Linux only");
        Loader.load(org.bytedeco.javacpp.presets.javacpp.class);
    }

    @Test
    void a_variable_is_added_after_the_existing_ones() {
        List<String> before = variables();
        NativeEnvironment.put("LANCET_OF_A_TEST", "ä=1");
        assertThat(variables())
                .startsWith(before.toArray(new String[0]))
                .endsWith("LANCET_OF_A_TEST=ä=1")
                .hasSize(before.size() + 1);
    }

    private static List<String> variables() {
        PointerPointer<Pointer> all = new PointerPointer<>(new PointerPointer<>(Loader.addressof("environ")).get(0));
        List<String> variables = new ArrayList<>();
        for (int i = 0; all.get(i) != null; i++) {
            variables.add(new BytePointer(all.get(i)).getString());
        }
        return variables;
    }
}
