package dev.lancet.samples.phone

import java.io.File

/**
 * The memory of this process in bytes, as Linux and Android count it. It includes pages of mapped files, so also those
 * of the weights.
 *
 * @property now resident memory
 * @property largest the most resident memory since the process began
 */
data class ProcessMemory(val now: Long, val largest: Long) {

    companion object {

        private val STATUS = File("/proc/self/status")

        /** Null on systems that do not say it. */
        fun read(): ProcessMemory? {
            val lines = if (STATUS.canRead()) STATUS.readLines() else emptyList()
            val now = bytes(lines, "VmRSS:")
            val largest = bytes(lines, "VmHWM:")
            return if (now == null || largest == null) null else ProcessMemory(now, maxOf(now, largest))
        }

        private fun bytes(lines: List<String>, name: String): Long? =
            lines
                .firstOrNull { it.startsWith(name) }
                ?.substringAfter(name)
                ?.trim()
                ?.substringBefore(' ')
                ?.toLongOrNull()
                ?.times(1024)
    }
}
