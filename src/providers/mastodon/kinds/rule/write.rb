# Rules, with their translations.
module Herdbook
  module_function

  def live_rule(rule)
    translations = rule.translations.reload.to_h { |one| [one.language, { 'text' => one.text, 'hint' => one.hint }] }
    { 'text' => rule.text, 'hint' => rule.hint, 'translations' => translations }
  end

  def write_rule(write)
    if write['action'] == 'create'
      ours = already(write, Rule.kept.find_by(text: write['set']['text']), method(:live_rule))
      return ours if ours

      rule = Rule.new(priority: (Rule.kept.maximum(:priority) || -1) + 1)
    else
      rule = row!(Rule.kept, write, method(:live_rule))
      return done(write['serverId']) if rule.nil?
    end
    if write['action'] == 'delete'
      rule.discard!
      return done(rule.id)
    end
    translations = translations_for(rule, write['set']['translations'])
    fields = write['set'].slice('text', 'hint', 'priority')
    rule.assign_attributes(fields.merge(translations_attributes: translations))
    rule.save!
    done(rule.id, live_rule(rule))
  end

  def translations_for(rule, wanted)
    return [] if wanted.nil?

    present = rule.translations.index_by(&:language)
    gone = present.except(*wanted.keys).values.map { |one| { id: one.id, text: one.text, _destroy: true } }
    gone + wanted.map do |language, texts|
      { id: present[language]&.id, language: language, text: texts['text'], hint: texts['hint'] || '' }.compact
    end
  end

  WRITES['rules'] = method(:write_rule)
end
