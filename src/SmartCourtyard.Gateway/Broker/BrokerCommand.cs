using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Gateway.Broker;

/// <summary>
/// <c>broker</c>: writes mosquitto.conf, passwd and acl for a courtyard. The devices' user comes from credentials.json; the
/// gateway's own is made here once and kept in gateway.env, in the form that systemd and a shell read.
/// </summary>
internal static class BrokerCommand
{
    public const string GatewayUser = "gateway";
    private const string PasswordKey = "Mqtt__Password=";

    /// <param name="announced">Topics that devices of the site have announced as theirs; null: none are known.</param>
    /// <param name="commands">Topics on which actuators of the site have announced to listen; null: none are known.</param>
    public static int Run(Courtyard courtyard, BrokerOptions options, TextWriter errors, IEnumerable<string>? announced = null, IEnumerable<string>? commands = null)
    {
        try
        {
            var devices = ReadDevicesUser(options.CredentialsFile, errors);
            return devices is null ? 1 : Write(courtyard, options, devices, announced ?? [], commands ?? [], errors);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"{options.Directory}: the broker's files cannot be written: {e.Message}");
            return 1;
        }
    }

    private static int Write(Courtyard courtyard, BrokerOptions options, BrokerUser devices, IEnumerable<string> announced, IEnumerable<string> commands, TextWriter errors)
    {
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(options.Directory, ownerOnly);
        Directory.CreateDirectory(options.PersistenceDirectory, ownerOnly);
        var users = new BrokerUsers(new BrokerUser(GatewayUser, GatewayPassword(options.Directory)), devices);
        if (BrokerConfiguration.UnwritableName(courtyard, users) is { } unwritable)
        {
            errors.WriteLine(unwritable);
            return 1;
        }

        var passwd = Path.Combine(options.Directory, "passwd");
        BrokerFiles.Replace(Path.Combine(options.Directory, "gateway.env"), $"Mqtt__User={GatewayUser}\n{PasswordKey}{users.Gateway.Password}\n");
        BrokerFiles.Replace(passwd, BrokerConfiguration.Passwd(users, BrokerFiles.ReadOrEmpty(passwd)));
        BrokerFiles.Replace(Path.Combine(options.Directory, "acl"), BrokerConfiguration.Acl(courtyard, users, announced, commands));
        BrokerFiles.Replace(Path.Combine(options.Directory, "mosquitto.conf"), BrokerConfiguration.Conf(courtyard, options));
        return 0;
    }

    private static string GatewayPassword(string directory)
    {
        var line = BrokerFiles.ReadOrEmpty(Path.Combine(directory, "gateway.env"))
            .Split('\n').FirstOrDefault(l => l.StartsWith(PasswordKey, StringComparison.Ordinal) && l.Length > PasswordKey.Length);
        return line is null ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)) : line[PasswordKey.Length..];
    }

    private static BrokerUser? ReadDevicesUser(string path, TextWriter errors)
    {
        const string Allowed = """{"mqtt":{"user":"…","password":"…"}}""";
        if (!File.Exists(path))
        {
            errors.WriteLine($"{path}: there is no such file: a JSON file with {Allowed}");
            return null;
        }

        try
        {
            var mqtt = JsonSerializer.Deserialize(File.ReadAllBytes(path), CredentialsJson.Default.CredentialsFile)?.Mqtt;
            if (mqtt is { User.Length: > 0, Password.Length: > 0 })
            {
                return new BrokerUser(mqtt.User, mqtt.Password);
            }

            errors.WriteLine($"{path}: mqtt.user or mqtt.password is missing: {Allowed}");
        }
        catch (JsonException e)
        {
            errors.WriteLine($"{path}:{e.LineNumber + 1}:{e.BytePositionInLine + 1}: not JSON: {Allowed}");
        }

        return null;
    }
}

internal sealed record CredentialsFile(CredentialsFile.Account? Mqtt)
{
    internal sealed record Account(string? User, string? Password);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CredentialsFile))]
internal sealed partial class CredentialsJson : JsonSerializerContext;
