using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Broker;
using SmartCourtyard.Gateway.Site;

namespace SmartCourtyard.Gateway;

/// <summary>The commands that read a site file and end.</summary>
internal static class SiteCommand
{
    /// <summary>Names every mistake; 0 where there is none.</summary>
    public static int Check(string path, TextWriter output, TextWriter errors)
    {
        if (Read(path, errors) is not { } courtyard)
        {
            return 1;
        }

        var unserved = courtyard.Devices.Where(d => d.Source is UnservedSource).ToList();
        output.WriteLine($"{path}: good: {courtyard.Name} ({courtyard.Id}), {courtyard.Buildings.Count} buildings, {courtyard.Devices.Count} devices");
        foreach (var family in unserved.GroupBy(d => ((UnservedSource)d.Source).Family))
        {
            output.WriteLine($"{path}: note: {family.Count()} devices by {family.Key} are listed, but this version does not hear them yet");
        }

        return 0;
    }

    /// <summary>Writes the broker's configuration for a site.</summary>
    public static int Broker(string[] arguments, TextWriter errors)
    {
        var site = Array.IndexOf(arguments, "--site") is var i and >= 0 && i + 1 < arguments.Length ? arguments[i + 1] : null;
        if (site is null)
        {
            errors.WriteLine("--site is missing: the file that describes the estate");
            return 1;
        }

        return BrokerOptions.Read(arguments, errors) is { } options && Read(site, errors) is { } courtyard
            ? BrokerCommand.Run(courtyard, options, errors)
            : 1;
    }

    /// <summary>The courtyard of a site file; null after naming every mistake.</summary>
    public static Courtyard? Read(string path, TextWriter errors) => ReadSite(path, errors).Courtyard;

    /// <summary>A site file; every mistake has been named.</summary>
    public static SiteResult ReadSite(string path, TextWriter errors)
    {
        var site = SiteFile.Read(path);
        foreach (var mistake in site.Mistakes)
        {
            errors.WriteLine(mistake);
        }

        return site;
    }
}
