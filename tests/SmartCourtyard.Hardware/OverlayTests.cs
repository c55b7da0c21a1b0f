using System.Diagnostics;
using Xunit;

namespace SmartCourtyard.Hardware;

/// <summary>A fact that is skipped, with the reason, where the device-tree compiler is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class WithCompilerAttribute : TheoryAttribute
{
    public WithCompilerAttribute() => Skip =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => File.Exists(Path.Combine(p, "dtc"))) ? null : "dtc is not installed (package device-tree-compiler)";
}

public sealed class OverlayTests
{
    private static string Folder => Path.Combine(Machine.Checkout(), "firmware-config", "raspberry-pi");

    public static TheoryData<string> Overlays => new(Directory.GetFiles(Folder, "*.dts").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));

    [WithCompiler]
    [MemberData(nameof(Overlays))]
    public async Task An_overlay_compiles(string overlay)
    {
        using var dtc = Process.Start(new ProcessStartInfo("dtc", ["-@", "-I", "dts", "-O", "dtb", "-o", "/dev/null", Path.Combine(Folder, overlay)])
        {
            RedirectStandardError = true,
        })!;
        var said = await dtc.StandardError.ReadToEndAsync();
        await dtc.WaitForExitAsync();
        Assert.True(dtc.ExitCode == 0 && !said.Contains("Warning", StringComparison.Ordinal), said);
    }

    [Fact]
    public void Every_overlay_of_the_readme_is_there()
    {
        var readme = File.ReadAllText(Path.Combine(Folder, "README.md"));
        Assert.All(
            Directory.GetFiles(Folder, "*.dts"), o => Assert.Contains(Path.GetFileNameWithoutExtension(o), readme, StringComparison.Ordinal));
    }
}
