import { CircleUser, Keyboard, LogOut } from "lucide-react";
import { Button } from "../components/ui/button.js";
import { Menu, MenuChoices, MenuItem, MenuLine } from "../components/ui/menu.js";
import { showShortcuts } from "../features/help/shortcuts.js";
import { useEnter } from "../features/organisations/use-enter.js";
import { useSignOut } from "../features/session/use-sign-out.js";
import { useMe } from "../features/settings/use-me.js";
import { usePreference } from "../lib/preference.js";
import { chooseTheme, theme } from "../lib/theme.js";

const themes = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
] as const;

export function AccountMenu() {
  const { data: me } = useMe();
  const chosen = usePreference(theme);
  const signOut = useSignOut();
  const { enter } = useEnter();
  return (
    <Menu
      trigger={
        <Button
          look="quiet"
          className="min-w-0 justify-start px-2 max-lg:size-8 max-lg:px-0 max-lg:justify-center"
        >
          <CircleUser aria-hidden />
          <span className="truncate max-lg:sr-only">{me?.name ?? "Account"}</span>
          <span className="sr-only">, account menu</span>
        </Button>
      }
    >
      <p className="max-w-60 truncate px-2 py-1 text-sm text-ink-soft">{me?.email}</p>
      <MenuLine />
      {me?.organisation && me.organisations.length > 1 && (
        <>
          <MenuChoices
            label="Organisation"
            value={me.organisation.id}
            choices={me.organisations.map(({ id, name }) => [id, name] as const)}
            onChoose={enter}
          />
          <MenuLine />
        </>
      )}
      <MenuChoices label="Theme" value={chosen} choices={themes} onChoose={chooseTheme} />
      <MenuLine />
      <MenuItem onSelect={showShortcuts}>
        <Keyboard aria-hidden />
        Keyboard shortcuts
      </MenuItem>
      <MenuItem onSelect={signOut}>
        <LogOut aria-hidden />
        Sign out
      </MenuItem>
    </Menu>
  );
}
