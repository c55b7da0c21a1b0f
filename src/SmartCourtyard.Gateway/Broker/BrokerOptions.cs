using System.Net;
using System.Net.Sockets;

namespace SmartCourtyard.Gateway.Broker;

/// <summary>What <c>broker</c> is asked to write, and where.</summary>
/// <param name="Directory">Takes mosquitto.conf, passwd, acl and gateway.env.</param>
/// <param name="CredentialsFile">The JSON file whose <c>mqtt</c> entry names the devices' user.</param>
/// <param name="Port">TCP port of the listener.</param>
/// <param name="Bind">Address of the listener.</param>
/// <param name="PersistenceDirectory">Where the broker keeps sessions and queued messages; on a memory file system unless the disk is made for writing.</param>
/// <param name="RunAs">The account the broker changes to when it is started by root.</param>
/// <param name="Plugin">custody.so, which keeps a message before the broker confirms it. The path is the broker's, which may live in a container of its own. Default none: a killed broker may then lose what it has just confirmed.</param>
/// <param name="DataDirectory">The gateway's data directory: what devices of the site have announced, as kept there, they may use. Default none.</param>
internal sealed record BrokerOptions(
    string Directory, string CredentialsFile, int Port, string Bind, string PersistenceDirectory, string RunAs, string? Plugin,
    string? DataDirectory = null)
{
    private const string Usage =
        "broker --site FILE --directory DIR --credentials FILE [--port 1883] [--bind 127.0.0.1] [--persistence DIR] [--run-as ACCOUNT] [--plugin FILE] [--data DIR]";

    /// <summary>Reads the command line after the word <c>broker</c>; <c>--site</c> is the caller's and is passed over.</summary>
    public static BrokerOptions? Read(IReadOnlyList<string> arguments, TextWriter errors)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        string[] known = ["--site", "--directory", "--credentials", "--port", "--bind", "--persistence", "--run-as", "--plugin", "--data"];
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (!known.Contains(arguments[i], StringComparer.Ordinal) || i + 1 >= arguments.Count)
            {
                errors.WriteLine($"{arguments[i]}: unknown option or missing value: {Usage}");
                return null;
            }

            given[arguments[i]] = arguments[i + 1];
        }

        return Checked(given, errors);
    }

    private static BrokerOptions? Checked(Dictionary<string, string> given, TextWriter errors)
    {
        if (!given.TryGetValue("--directory", out var directory) || !given.TryGetValue("--credentials", out var credentials))
        {
            errors.WriteLine($"--directory or --credentials is missing: {Usage}");
            return null;
        }

        var portText = given.GetValueOrDefault("--port", "1883");
        if (!ushort.TryParse(portText, out var port) || port == 0)
        {
            errors.WriteLine($"--port {portText}: not a port: a whole number from 1 to 65535");
            return null;
        }

        var bind = given.GetValueOrDefault("--bind", "127.0.0.1");
        if (!IPAddress.TryParse(bind, out var address) || address.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6))
        {
            errors.WriteLine($"--bind {bind}: not an address: an IPv4 or IPv6 address of this machine");
            return null;
        }

        directory = Path.GetFullPath(directory);
        return new BrokerOptions(
            directory,
            Path.GetFullPath(credentials),
            port,
            bind,
            Path.GetFullPath(given.GetValueOrDefault("--persistence", Path.Combine(directory, "store"))),
            given.GetValueOrDefault("--run-as", Environment.UserName),
            given.GetValueOrDefault("--plugin"),
            given.GetValueOrDefault("--data"));
    }
}
