package dev.lancet.assertj;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import java.util.List;

/** What two texts differ in, as a unified diff with three lines around. */
final class TextDiff {

    private static final int AROUND = 3;

    private TextDiff() {}

    static String of(String beforeName, String before, String afterName, String after) {
        List<String> lines = before.lines().toList();
        return String.join(
                        "\n",
                        UnifiedDiffUtils.generateUnifiedDiff(
                                beforeName,
                                afterName,
                                lines,
                                DiffUtils.diff(lines, after.lines().toList()),
                                AROUND))
                + "\n";
    }
}
