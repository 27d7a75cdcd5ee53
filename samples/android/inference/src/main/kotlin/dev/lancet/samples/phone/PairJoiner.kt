package dev.lancet.samples.phone

import java.util.PriorityQueue

/** What a pair of neighbours becomes; pairs of the least order are joined first. */
internal class Join(val order: Float, val id: Int)

/** Joins neighbouring tokens: the pair of the least order first, of equal ones the leftmost, until no pair is known. */
internal class PairJoiner(private val known: (Int, Int) -> Join?) {

    private class Candidate(val left: Int, val right: Int, val leftId: Int, val rightId: Int, val join: Join)

    fun join(ids: IntArray): IntArray {
        val list = ids.copyOf()
        val previous = IntArray(list.size) { it - 1 }
        val next = IntArray(list.size) { it + 1 }
        val queue = PriorityQueue<Candidate>(compareBy({ it.join.order }, { it.left }))
        fun offer(left: Int, right: Int) {
            val join = known(list[left], list[right]) ?: return
            queue.add(Candidate(left, right, list[left], list[right], join))
        }
        for (left in 0 until list.size - 1) {
            offer(left, left + 1)
        }
        while (true) {
            val best = queue.poll() ?: break
            val left = best.left
            val right = best.right
            if (list[left] != best.leftId || list[right] != best.rightId || next[left] != right) {
                continue
            }
            list[left] = best.join.id
            list[right] = GONE
            next[left] = next[right]
            if (next[left] < list.size) {
                previous[next[left]] = left
                offer(left, next[left])
            }
            if (previous[left] >= 0) {
                offer(previous[left], left)
            }
        }
        return list.filter { it != GONE }.toIntArray()
    }

    private companion object {
        const val GONE = -1
    }
}
