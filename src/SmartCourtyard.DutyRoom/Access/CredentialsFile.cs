using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Identity;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Access;

internal sealed record AdminCredentials(string? User, string? Password);

/// <summary>The first key to the house, as the installation wrote it.</summary>
internal sealed record CredentialsFile(AdminCredentials? Admin, string? ApiToken, string? GatewayToken)
{
    private const string Seen = "credentials-file";

    /// <summary>Lets in whom the file names. A file that was taken in already costs nothing at the next start.</summary>
    public static async Task TakeInAsync(Ledger ledger, string path, string? gateway)
    {
        var text = await ReadAsync(path);
        var file = Parse(path, text);
        // The text holds long random tokens; its hash says nothing about the password beside them.
        var mark = Secrets.Sha256(text + "\n" + gateway);
        await ledger.WriteAsync(writing =>
        {
            if (writing.Db.Settings.Find(Seen) is { } seen && seen.Value == mark)
            {
                return false;
            }

            file.Store(writing, gateway);
            Upsert(writing.Db, new SettingRow { Name = Seen, Value = mark }, Seen);
            writing.Db.SaveChanges();
            return true;
        });
    }

    private static async Task<string> ReadAsync(string path)
    {
        try
        {
            return await File.ReadAllTextAsync(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"Access:CredentialsFile: {path} cannot be read: {e.Message}");
        }
    }

    private static CredentialsFile Parse(string path, string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, CredentialsJson.Default.CredentialsFile)
                ?? throw new StartException($"Access:CredentialsFile: {path} is empty.");
        }
        catch (JsonException e)
        {
            throw new StartException($"Access:CredentialsFile: {path} is not as agreed: line {e.LineNumber + 1}, {e.Path}.");
        }
    }

    private void Store(Writing writing, string? gateway)
    {
        if (Admin is { User.Length: > 0, Password.Length: > 0 })
        {
            var user = new UserRow { Name = Admin.User, Role = Roles.Admin, PasswordHash = "" };
            user.PasswordHash = new PasswordHasher<UserRow>().HashPassword(user, Admin.Password);
            Upsert(writing.Db, user, user.Name);
        }

        if (ApiToken is { Length: > 0 })
        {
            Upsert(writing.Db, new TokenRow { Name = "api", Sha256 = Secrets.Sha256(ApiToken), Role = Roles.Admin }, "api");
        }

        if (GatewayToken is { Length: > 0 } && gateway is not null)
        {
            var name = "gateway " + gateway;
            Upsert(writing.Db, new TokenRow { Name = name, Sha256 = Secrets.Sha256(GatewayToken), Gateway = gateway }, name);
            if (writing.Db.Gateways.Find(gateway) is null)
            {
                writing.Db.Gateways.Add(new() { Id = gateway });
            }
        }
    }

    private static void Upsert<T>(DutyRoomDb db, T row, string key)
        where T : class
    {
        if (db.Set<T>().Find(key) is { } known)
        {
            db.Entry(known).CurrentValues.SetValues(row);
        }
        else
        {
            db.Set<T>().Add(row);
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(CredentialsFile))]
internal sealed partial class CredentialsJson : JsonSerializerContext;
