namespace SmartCourtyard.Acceptance.Estates;

/// <summary>Where the programs are that were built beside these tests.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    public static string Configuration { get; } = Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/')))!;

    // Where the published programs are (a folder a program, without the prefix), to try and to measure what is shipped.
    private static string? Published { get; } = Environment.GetEnvironmentVariable("SMARTCOURTYARD_PROGRAMS");

    public static string Program(string project) => string.IsNullOrEmpty(Published)
        ? Path.Combine(Root, "src", project, "bin", Configuration, "net10.0", project + ".dll")
        : Path.Combine(Published, project["SmartCourtyard.".Length..], project + ".dll");

    public static string BrokerPlugin => string.IsNullOrEmpty(Published)
        ? Path.Combine(AppContext.BaseDirectory, "custody.so")
        : Path.Combine(Published, "Broker", "custody.so");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "SmartCourtyard.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("SmartCourtyard.sln is nowhere above the tests");
        }

        return folder.FullName;
    }
}
