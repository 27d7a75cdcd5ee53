package dev.lancet.surgery.golden;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The edits between two texts by patience diff (Bram Cohen). Anchors are lines that occur exactly once in each text, in
 * the longest order that both texts share; the parts between the anchors are compared in the same way. Nearly every line
 * of a graph names its node and so occurs once, which makes this O(n log n), where the usual O(n·d) is quadratic.
 */
final class PatienceDiff {

    /** Parts without an anchor are compared line by line if they have at most this many pairs of lines. */
    private static final long SMALL = 1 << 20;

    private final int[] before;
    private final int[] after;
    private final List<Edit> edits = new ArrayList<>();
    private final Deque<Edit> open = new ArrayDeque<>();

    private PatienceDiff(int[] before, int[] after) {
        this.before = before;
        this.after = after;
    }

    /** The edits that turn the first text into the second, in order. */
    static List<Edit> edits(List<String> before, List<String> after) {
        Map<String, Integer> numbers = new HashMap<>();
        PatienceDiff anchors = new PatienceDiff(numbered(before, numbers), numbered(after, numbers));
        anchors.open.push(new Edit(0, before.size(), 0, after.size()));
        while (!anchors.open.isEmpty()) {
            anchors.split(anchors.open.pop());
        }
        anchors.edits.sort(Comparator.comparingInt(Edit::from).thenComparingInt(Edit::start));
        return anchors.edits;
    }

    private static int[] numbered(List<String> lines, Map<String, Integer> numbers) {
        return lines.stream()
                .mapToInt(line -> numbers.computeIfAbsent(line, unseen -> numbers.size()))
                .toArray();
    }

    /** Removes the common beginning and end of both runs, then divides the rest at its anchors. */
    private void split(Edit run) {
        int from = run.from();
        int start = run.start();
        while (from < run.to() && start < run.end() && before[from] == after[start]) {
            from++;
            start++;
        }
        int to = run.to();
        int end = run.end();
        while (to > from && end > start && before[to - 1] == after[end - 1]) {
            to--;
            end--;
        }
        if (from == to || start == end) {
            if (from < to || start < end) {
                edits.add(new Edit(from, to, start, end));
            }
            return;
        }
        List<int[]> anchors = anchors(from, to, start, end);
        if (anchors.isEmpty()) {
            compare(from, to, start, end);
            return;
        }
        for (int[] anchor : anchors) {
            open.push(new Edit(from, anchor[0], start, anchor[1]));
            from = anchor[0] + 1;
            start = anchor[1] + 1;
        }
        open.push(new Edit(from, to, start, end));
    }

    /** Pairs of positions of lines that are equal and occur once in each run, in the longest common order. */
    private List<int[]> anchors(int from, int to, int start, int end) {
        Map<Integer, Integer> singles = single(before, from, to);
        Map<Integer, Integer> there = single(after, start, end);
        List<int[]> pairs = new ArrayList<>();
        for (int i = from; i < to; i++) {
            Integer place = there.get(before[i]);
            if (place != null && place >= 0 && singles.getOrDefault(before[i], -1) == i) {
                pairs.add(new int[] {i, place});
            }
        }
        return longest(pairs);
    }

    /** The position of each line that occurs once in a run; -1 for a line that occurs more often. */
    private static Map<Integer, Integer> single(int[] lines, int from, int to) {
        Map<Integer, Integer> places = new HashMap<>();
        for (int i = from; i < to; i++) {
            places.merge(lines[i], i, (first, again) -> -1);
        }
        return places;
    }

    /** The longest subsequence of pairs in which both positions increase: patience sorting. */
    private static List<int[]> longest(List<int[]> pairs) {
        int[] tops = new int[pairs.size()];
        int[] previous = new int[pairs.size()];
        int piles = 0;
        for (int i = 0; i < pairs.size(); i++) {
            int low = 0;
            int high = piles;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (pairs.get(tops[middle])[1] < pairs.get(i)[1]) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            previous[i] = low == 0 ? -1 : tops[low - 1];
            tops[low] = i;
            piles = Math.max(piles, low + 1);
        }
        int[][] chosen = new int[piles][];
        for (int at = piles == 0 ? -1 : tops[piles - 1], i = piles - 1; at >= 0; at = previous[at], i--) {
            chosen[i] = pairs.get(at);
        }
        return Arrays.asList(chosen);
    }

    /** The longest common subsequence of two short runs, by dynamic programming; long runs are replaced as a whole. */
    private void compare(int from, int to, int start, int end) {
        if ((long) (to - from) * (end - start) > SMALL) {
            edits.add(new Edit(from, to, start, end));
            return;
        }
        int[][] common = new int[to - from + 1][end - start + 1];
        for (int i = to - from - 1; i >= 0; i--) {
            for (int j = end - start - 1; j >= 0; j--) {
                common[i][j] = before[from + i] == after[start + j]
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        int i = 0;
        int j = 0;
        while (i < to - from || j < end - start) {
            int firstI = i;
            int firstJ = j;
            while ((i < to - from || j < end - start)
                    && !(i < to - from && j < end - start && before[from + i] == after[start + j])) {
                if (j == end - start || (i < to - from && common[i + 1][j] >= common[i][j + 1])) {
                    i++;
                } else {
                    j++;
                }
            }
            if (firstI < i || firstJ < j) {
                edits.add(new Edit(from + firstI, from + i, start + firstJ, start + j));
            }
            while (i < to - from && j < end - start && before[from + i] == after[start + j]) {
                i++;
                j++;
            }
        }
    }
}
