using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Access;

/// <param name="Password">Needed for a new account; left out: as it was.</param>
/// <param name="Role">Needed for a new account; left out: as it was.</param>
/// <param name="Disabled">Whoever is disabled is signed out at once.</param>
internal sealed record UserBody(string? Password = null, string? Role = null, bool? Disabled = null);

internal sealed record UserView(string Name, string Role, bool Disabled);

internal sealed record UserList(IReadOnlyList<UserView> Items);

/// <summary>Where an administrator says who may come in.</summary>
internal static class UserEndpoints
{
    private const int NameLimit = 100;
    private const int PasswordLeast = 8;
    private const int PasswordMost = 200;

    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/api/v1").WithTags("users").RequireAuthorization(Policies.Administer);
        users.MapGet("/users", ListAsync).WithName("listUsers").WithSummary("Who has an account").Produces<UserList>().Problems(401, 403);
        users.MapPut("/users/{name}", PutAsync).WithName("putUser").WithSummary("Makes or changes an account")
            .Produces<UserView>().Problems(400, 401, 403, 415, 503);
    }

    private static async Task<UserList> ListAsync(Database database, CancellationToken cancel)
    {
        await using var db = database.Read();
        return new(await db.Users.OrderBy(u => u.Name).Select(u => new UserView(u.Name, u.Role, u.Disabled)).ToListAsync(cancel));
    }

    private static async Task<IResult> PutAsync(
        string name, UserBody body, HttpContext http, Ledger ledger, Database database, IPasswordHasher<UserRow> hasher)
    {
        await using var db = database.Read();
        var isNew = !await db.Users.AnyAsync(u => u.Name == name, http.RequestAborted);
        if (Mistake(name, body, isNew) is { } problem)
        {
            return problem.AsResult();
        }

        // Slow on purpose, so not inside the transaction.
        var hash = body.Password is { } password ? hasher.HashPassword(new() { Name = name, PasswordHash = "", Role = "" }, password) : null;
        var user = await ledger.WriteAsync(writing =>
        {
            var row = writing.Db.Users.Find(name) ?? writing.Db.Users.Add(new() { Name = name, PasswordHash = "", Role = "" }).Entity;
            (row.PasswordHash, row.Role, row.Disabled) = (hash ?? row.PasswordHash, body.Role ?? row.Role, body.Disabled ?? row.Disabled);
            writing.Db.SaveChanges();
            if (hash is not null || row.Disabled)
            {
                writing.Db.Sessions.Where(s => s.User == name).ExecuteDelete();
            }

            writing.Audit(http.User.Identity!.Name!, isNew ? "account made" : "account changed", name);
            return new UserView(row.Name, row.Role, row.Disabled);
        });
        return TypedResults.Ok(user);
    }

    private static Problem? Mistake(string name, UserBody body, bool isNew)
    {
        if (name.Length > NameLimit || name.Any(char.IsControl))
        {
            return Problem.BadField("name", $"at most {NameLimit} characters, without control characters, are allowed");
        }

        if ((isNew || body.Password is not null) && body.Password is not { Length: >= PasswordLeast and <= PasswordMost })
        {
            return Problem.BadField("password", $"{PasswordLeast} to {PasswordMost} characters are needed");
        }

        return (isNew || body.Role is not null) && !Roles.All.Contains(body.Role)
            ? Problem.BadField("role", $"one of {string.Join(' ', Roles.All)} is needed")
            : null;
    }
}
