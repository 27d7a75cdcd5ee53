package dev.lancet.samples.phone

/** A model folder that cannot be used. The message names the folder or file, what is wrong, and what to do. */
class ModelFolderException(message: String, cause: Throwable? = null) : Exception(message, cause)

/** The message of an error as a part of a line: Android's errors of JSON repeat the whole file. */
internal fun brief(wrong: Exception): String =
    wrong.message.orEmpty().lineSequence().first().substringBefore(" of {").take(LONGEST)

private const val LONGEST = 200
