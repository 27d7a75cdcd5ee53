import org.jetbrains.kotlin.gradle.dsl.JvmTarget

plugins { alias(libs.plugins.kotlin.jvm) }

java {
    sourceCompatibility = JavaVersion.VERSION_1_8
    targetCompatibility = JavaVersion.VERSION_1_8
}

kotlin {
    compilerOptions {
        jvmTarget.set(JvmTarget.JVM_1_8)
        // Android 8 has no newer classes of Java.
        freeCompilerArgs.add("-Xjdk-release=1.8")
    }
}

dependencies {
    // The same classes of Java as on the phone, where the app brings the first and Android has the second.
    compileOnly(libs.onnxruntime.desktop)
    compileOnly(libs.android.json)
}
